import type { RandomKey, Tensor } from "@evenkeel/tensor";
import { add, cast, fuse, mul, normal } from "@evenkeel/tensor";
import { aSeed, belowOne, checkOptions, checkValue, nonNegative } from "@evenkeel/tensor/checks";
import type { RandomLayerOptions } from "./random-layer.ts";
import { RandomLayer } from "./random-layer.ts";

type AddNoise = (x: Tensor, deviation: number, key: RandomKey) => Tensor;

/**
 * In training mode, adds normally distributed noise with mean 0; evaluation mode changes nothing. As in Keras.
 *
 * Shapes: any -> the same. Throws ArgumentError for a negative deviation, DTypeError for values that are not of a float dtype.
 *
 * @example new GaussianNoise(0.1, { seed: 1 })
 */
export class GaussianNoise extends RandomLayer {
  /** The standard deviation of the noise. */
  readonly deviation: number;
  private readonly disturb: AddNoise;

  constructor(deviation: number, options: RandomLayerOptions = {}) {
    checkValue("GaussianNoise: deviation", deviation, nonNegative);
    checkOptions<RandomLayerOptions>("GaussianNoise", options, { seed: aSeed });
    super(options);
    this.deviation = deviation;
    this.disturb = fuse((x: Tensor, spread: number, key: RandomKey) =>
      add(x, cast(normal(x.shape, { deviation: spread, ...key }), x.dtype)),
    );
  }

  protected get isNeutral(): boolean {
    return this.deviation === 0;
  }

  protected change(x: Tensor, key: RandomKey): Tensor {
    return this.disturb(x, this.deviation, key);
  }

  override describe(): string {
    return `GaussianNoise ${this.deviation}`;
  }
}

/**
 * In training mode, multiplies each value by normally distributed noise with mean 1 and the variance that dropout with this
 * probability has, p / (1 - p); evaluation mode changes nothing (Srivastava et al. 2014, section 10). As in Keras.
 *
 * Shapes: any -> the same. Throws ArgumentError for a probability outside of [0, 1), DTypeError for values that are not of a float
 * dtype.
 *
 * @example new GaussianDropout(0.2, { seed: 1 })
 */
export class GaussianDropout extends RandomLayer {
  readonly probability: number;
  private readonly disturb: AddNoise;

  constructor(probability: number, options: RandomLayerOptions = {}) {
    checkValue("GaussianDropout: probability", probability, belowOne);
    checkOptions<RandomLayerOptions>("GaussianDropout", options, { seed: aSeed });
    super(options);
    this.probability = probability;
    this.disturb = fuse((x: Tensor, deviation: number, key: RandomKey) =>
      mul(x, cast(normal(x.shape, { mean: 1, deviation, ...key }), x.dtype)),
    );
  }

  protected get isNeutral(): boolean {
    return this.probability === 0;
  }

  protected change(x: Tensor, key: RandomKey): Tensor {
    return this.disturb(x, Math.sqrt(this.probability / (1 - this.probability)), key);
  }

  override describe(): string {
    return `GaussianDropout ${this.probability}`;
  }
}
