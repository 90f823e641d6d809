import { threefry } from "@evenkeel/tensor";

/** A sequence of random numbers on the host: the same for the same seed and stream, on every machine. */
export class RandomStream {
  private readonly seed: number;
  private readonly stream: number;
  private index = 0;

  constructor(seed: number, stream: number) {
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

  /** A whole number in [low, high], both included. */
  integer(low: number, high: number): number {
    return Math.floor(this.uniform(low, high + 1));
  }

  /** Box and Muller 1958. */
  normal(mean = 0, deviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.uniform());
  }
}

/** Streams of the package, so that no two uses of one seed share numbers. Each has 2^24 streams for itself. */
export const streams: { readonly [use in "split" | "shuffle" | "augment" | "figures"]: number } = {
  split: 1 * 2 ** 24,
  shuffle: 2 * 2 ** 24,
  augment: 3 * 2 ** 24,
  figures: 4 * 2 ** 24,
};
