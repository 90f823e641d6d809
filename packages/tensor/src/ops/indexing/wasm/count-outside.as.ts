/** Adds to the counter of a launch's check, if the launch has one. */
@inline
export function countOutside(counter: usize, outside: u32): void {
  if (counter != 0) store<u32>(counter, load<u32>(counter) + outside);
}
