import type { RandomKey } from "@evenkeel/tensor";
import { ArgumentError, threefry } from "@evenkeel/tensor";

/**
 * A seeded sequence of keys for random draws. Its whole state is one number, the position, so a run can be resumed with the
 * same draws to come.
 *
 * @example const source = new RandomSource(42); uniform([3], source.next());
 */
export class RandomSource {
  readonly seed: number;
  /** How many keys have been handed out. */
  position = 0;

  /** Throws ArgumentError unless the seed is an integer in [0, 2^32). */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
      throw new ArgumentError(`seed: found ${seed}, expected an integer in [0, 2^32)`);
    }
    this.seed = seed;
  }

  /** A key that no other call returns. */
  next(): RandomKey {
    return { seed: this.seed, stream: this.position++ };
  }

  /** A source of its own: its draws do not depend on how many this one makes later. */
  fork(): RandomSource {
    return new RandomSource(threefry(this.seed, this.position++, 0));
  }
}

/** A number, or a source that several layers draw from one after the other. */
export type Seed = number | RandomSource;

let shared = new RandomSource(0);

/**
 * Restarts the source of layers that are made without a `seed`. It starts at 0: two runs of a program agree unless they ask
 * for different seeds.
 */
export function manualSeed(seed: number): void {
  shared = new RandomSource(seed);
}

export function sourceOf(seed: Seed | undefined): RandomSource {
  return seed === undefined ? shared : typeof seed === "number" ? new RandomSource(seed) : seed;
}
