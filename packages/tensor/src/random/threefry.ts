/**
 * The rotations of Threefry-2x32 and the constant of its key schedule: Salmon et al., "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011, table 2. There are twenty rounds, and a part of the key is added after every fourth one.
 */
export const rotations: readonly number[] = [13, 15, 26, 6, 17, 29, 16, 24];
export const rounds = 20;
export const keyParity = 0x1bd11bda;

/** Identifies a sequence of random numbers: the same key gives the same numbers on every backend. */
export interface RandomKey {
  /** The seed of the whole program: a 32-bit unsigned integer. */
  readonly seed: number;
  /** Distinguishes the uses of a seed: a 32-bit unsigned integer. */
  readonly stream: number;
}

/** Encrypts a counter of two words under a key of two words. All words are 32-bit unsigned integers. */
export function threefry2x32(
  key: readonly [number, number],
  counter: readonly [number, number],
): [number, number] {
  let first = key[0] | 0;
  let second = key[1] | 0;
  let third = first ^ second ^ keyParity;
  let x = (counter[0] + first) | 0;
  let y = (counter[1] + second) | 0;
  for (let round = 0; round < rounds; ) {
    const bits = rotations[round & 7]!;
    x = (x + y) | 0;
    y = ((y << bits) | (y >>> (32 - bits))) ^ x;
    round++;
    if ((round & 3) === 0) {
      const next = first;
      first = second;
      second = third;
      third = next;
      x = (x + first) | 0;
      y = (y + second + (round >> 2)) | 0;
    }
  }
  return [x >>> 0, y >>> 0];
}

/**
 * The 32 random bits at an index of a sequence, for code on the host, equal to those of `randomBits` on a device.
 *
 * @example threefry(42, 0, 7)
 */
export function threefry(seed: number, stream: number, index: number): number {
  return threefry2x32([seed, stream], [index, 0])[0];
}
