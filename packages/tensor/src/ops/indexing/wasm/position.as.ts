/** The position that the index at an address selects. Negative indices wrap: `fromEnd`, the length or 0, is added to them. */
@inline
export function position(address: usize, length: usize, fromEnd: usize): u32 {
  const index = load<u32>(address);
  return index < <u32>length ? index : index + <u32>fromEnd;
}
