import type { RandomKey, RandomSource, Seed, Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  cast,
  fuse,
  getRandomSource,
  greater,
  leakyRelu,
  mul,
  uniform,
  where,
} from "@evenkeel/tensor";
import { aSeed, checkOptions, finite } from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { checkFloat, compute } from "./layer.ts";

export interface RReLUOptions {
  /** The smallest slope. Default: 1 / 8. */
  readonly lower?: number;
  /** The largest slope. Default: 1 / 3. */
  readonly upper?: number;
  readonly seed?: Seed;
}

/**
 * x above 0, x times a slope below it. In training mode each value draws its own slope, uniformly between two bounds; in evaluation
 * mode all have their mean (Xu et al. 2015). The slopes depend only on the seed and the number of calls.
 *
 * Shapes: any -> the same. Throws ArgumentError unless lower <= upper, DTypeError for values that are not of a float dtype.
 *
 * @example new RReLU({ lower: 0.1, upper: 0.3, seed: 1 })
 */
export class RReLU extends Module {
  readonly lower: number;
  readonly upper: number;
  readonly random: RandomSource;
  /** One launch for the result and one for the gradient, which draws the same slopes again instead of storing them. */
  private readonly bend: (x: Tensor, low: number, high: number, key: RandomKey) => Tensor;

  constructor(options: RReLUOptions = {}) {
    super();
    checkOptions<RReLUOptions>("RReLU", options, { lower: finite, upper: finite, seed: aSeed });
    const { lower = 1 / 8, upper = 1 / 3 } = options;
    if (lower > upper) {
      throw new ArgumentError(`RReLU: found lower ${lower} and upper ${upper}, expected lower <= upper`);
    }
    this.lower = lower;
    this.upper = upper;
    this.random = getRandomSource(options.seed).fork();
    this.bend = fuse((x: Tensor, low: number, high: number, key: RandomKey) => {
      const slopes = uniform(x.shape, { low, high, ...key });
      return where(greater(x, 0), x, mul(x, cast(slopes, x.dtype)));
    });
  }

  forward(x: Tensor): Tensor {
    const { lower, upper } = this;
    return compute(this, x, () => {
      checkFloat(x);
      return this.isTraining
        ? this.bend(x, lower, upper, this.random.next())
        : leakyRelu(x, { negativeSlope: (lower + upper) / 2 });
    });
  }

  override describe(): string {
    return `RReLU ${this.lower} to ${this.upper}`;
  }
}
