/** Copies a run of memory whose length is a multiple of the element's. */
@inline export function copyRun<T>(from: usize, to: usize, bytes: usize): void {
  // A call of the engine's copy is faster only for long runs.
  if (bytes >= 512) memory.copy(to, from, bytes);
  else {
    let i: usize = 0;
    for (; i + 16 <= bytes; i += 16) v128.store(to + i, v128.load(from + i));
    for (; i < bytes; i += sizeof<T>()) store<T>(to + i, load<T>(from + i));
  }
}
