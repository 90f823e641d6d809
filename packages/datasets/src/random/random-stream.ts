import type { Seed } from "@evenkeel/tensor";
import { getRandomSource, threefry, threefry2x32 } from "@evenkeel/tensor";
import { checkValue, seedWord } from "@evenkeel/tensor/checks";

/**
 * A sequence of random numbers on the host, which is the same on every machine for the same seed and stream. Throws ArgumentError
 * unless both are integers in [0, 2^32).
 */
export class RandomStream {
  private readonly seed: number;
  private readonly stream: number;
  private index = 0;

  constructor(seed: number, stream: number) {
    checkValue("RandomStream: seed", seed, seedWord);
    checkValue("RandomStream: stream", stream, seedWord);
    this.seed = seed;
    this.stream = stream;
  }

  /** 32 random bits. */
  bits(): number {
    return threefry(this.seed, this.stream, this.index++);
  }

  /** A number in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.bits() / 2 ** 32);
  }

  /** A number in [0, 1) of 53 random bits, where 32 are too coarse. */
  fraction(): number {
    return ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) / 2 ** 53;
  }

  /** An integer in [low, high], both included. */
  integer(low: number, high: number): number {
    return Math.floor(this.uniform(low, high + 1));
  }

  /** A normally distributed number (Box and Muller 1958). */
  normal(mean = 0, deviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.uniform());
  }
}

/** The random numbers of one example, which do not depend on those of others. */
export const makeStreamOfExample = (seed: number, stream: number, index: number): RandomStream =>
  // The second word of the counter is 0 for the numbers of the stream itself.
  new RandomStream(...threefry2x32([seed, stream], [index, 1]));

/** The number that a seed denotes. A source generates a number; if the seed is absent, the default source does. */
export const toSeedNumber = (seed: Seed | undefined): number =>
  typeof seed === "number" ? seed : getRandomSource(seed).fork().state.seed;

/** The first stream of each use, so that different uses of a seed never share numbers. */
export const streams: {
  readonly [use in
    | "split"
    | "shuffle"
    | "augment"
    | "figures"
    | "sample"
    | "buffer"
    | "mix"
    | "pairs"]: number;
} = {
  split: 1 * 2 ** 24,
  shuffle: 2 * 2 ** 24,
  augment: 3 * 2 ** 24,
  figures: 4 * 2 ** 24,
  sample: 5 * 2 ** 24,
  buffer: 6 * 2 ** 24,
  mix: 7 * 2 ** 24,
  pairs: 8 * 2 ** 24,
};

/** The number of streams that each use has. */
export const streamsOfUse: number = 2 ** 24;
