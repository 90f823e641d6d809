/** The smallest block: what every adapter accepts as a distance between views. */
export const smallestBlock = 256;

/** Sizes of blocks come in four steps to an octave, so that a block is at most a quarter larger than what was asked for. */
export function sizeClass(bytes: number): number {
  if (bytes <= smallestBlock) return smallestBlock;
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 2);
  return Math.ceil(bytes / step) * step;
}
