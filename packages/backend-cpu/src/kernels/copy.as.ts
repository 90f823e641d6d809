/** Bytes begin to end of a copy from one place of the memory to another. */
export function copy(begin: usize, end: usize, scratch: usize, from: usize, to: usize): void {
  memory.copy(to + begin, from + begin, end - begin);
}
