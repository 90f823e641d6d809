/** Bytes of the smallest block: the alignment of views that every adapter accepts. */
export const smallestBlock = 256;

/** Sizes of blocks come in four steps to an octave, so that a block is at most a quarter larger than what was asked for. */
export function computeSizeClass(bytes: number): number {
  if (bytes <= smallestBlock) return smallestBlock;
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 2);
  return Math.ceil(bytes / step) * step;
}
