import type { RandomKey, RandomSource, Seed, Tensor } from "@evenkeel/tensor";
import { bernoulli, fuse, getRandomSource, mul, where } from "@evenkeel/tensor";
import { aSeed, checkOptions, checkValue, fraction } from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { checkFloat, compute } from "./layer.ts";

/**
 * In training mode, sets each value to zero with the given probability and divides the others by the probability of keeping them;
 * evaluation mode changes nothing (Srivastava et al. 2014, inverted). The masks depend only on the seed and the number of calls.
 *
 * Shapes: any -> the same. Throws ArgumentError for a probability outside of [0, 1], DTypeError for values that are not
 * of a float dtype.
 *
 * @example new Dropout(0.5, { seed: 1 })
 */
export class Dropout extends Module {
  readonly probability: number;
  readonly random: RandomSource;
  /** One launch for the result and one for the gradient, which generates the same mask again instead of storing it. */
  private readonly drop: (x: Tensor, kept: number, key: RandomKey) => Tensor;

  constructor(probability = 0.5, options: { readonly seed?: Seed } = {}) {
    super();
    checkValue("Dropout: probability", probability, fraction);
    checkOptions<typeof options>("Dropout", options, { seed: aSeed });
    this.probability = probability;
    this.random = getRandomSource(options.seed).fork();
    this.drop = fuse((x: Tensor, kept: number, key: RandomKey) =>
      where(bernoulli(x.shape, kept, key), mul(x, kept === 0 ? 0 : 1 / kept), 0),
    );
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => {
      checkFloat(x);
      if (!this.isTraining || this.probability === 0) return x;
      return this.drop(x, 1 - this.probability, this.random.next());
    });
  }

  override describe(): string {
    return `Dropout ${this.probability}`;
  }
}
