/** Copies bytes `begin` to `end` from one place in memory to another. */
export function copy(begin: usize, end: usize, scratch: usize, from: usize, to: usize): void {
  memory.copy(to + begin, from + begin, end - begin);
}
