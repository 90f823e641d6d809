import { ArgumentError } from "../core/errors.ts";

/**
 * The rotations of Threefry-2x32 and the constant of its key schedule: Salmon et al., "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011, table 2. Twenty rounds, a part of the key after every fourth.
 */
export const rotations: readonly number[] = [13, 15, 26, 6, 17, 29, 16, 24];
export const rounds = 20;
export const keyParity = 0x1bd11bda;

/** Addresses a sequence of random numbers: the same key gives the same numbers, on every backend. */
export interface RandomKey {
  /** What the whole program starts from: a 32-bit unsigned integer. */
  readonly seed: number;
  /** Tells the uses of one seed apart: a 32-bit unsigned integer. Default: 0. */
  readonly stream?: number;
}

/** The two key words. Throws ArgumentError unless both are 32-bit unsigned integers. */
export function keyWords(operation: string, { seed, stream = 0 }: RandomKey): [seed: number, stream: number] {
  for (const [name, word] of Object.entries({ seed, stream })) {
    if (!Number.isInteger(word) || word < 0 || word >= 2 ** 32) {
      throw new ArgumentError(`${operation}: ${name}: found ${word}, expected an integer in [0, 2^32)`);
    }
  }
  return [seed, stream];
}

/** Encrypts a counter of two words under a key of two words. All words are 32-bit unsigned integers. */
export function threefry2x32(
  key: readonly [number, number],
  counter: readonly [number, number],
): [number, number] {
  const schedule = [key[0], key[1], key[0] ^ key[1] ^ keyParity];
  let x = (counter[0] + schedule[0]!) | 0;
  let y = (counter[1] + schedule[1]!) | 0;
  for (let round = 0; round < rounds; round++) {
    const bits = rotations[round % 8]!;
    x = (x + y) | 0;
    y = ((y << bits) | (y >>> (32 - bits))) ^ x;
    if (round % 4 === 3) {
      const group = (round + 1) / 4;
      x = (x + schedule[group % 3]!) | 0;
      y = (y + schedule[(group + 1) % 3]! + group) | 0;
    }
  }
  return [x >>> 0, y >>> 0];
}

/**
 * The 32 random bits at an index of a sequence, for code on the host: the same as `randomBits` draws on a device.
 *
 * @example threefry(42, 0, 7)
 */
export function threefry(seed: number, stream: number, index: number): number {
  return threefry2x32([seed, stream], [index, 0])[0];
}
