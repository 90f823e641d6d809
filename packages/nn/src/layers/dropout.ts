import type { RandomKey, Tensor } from "@evenkeel/tensor";
import { bernoulli, fuse, isTensor, mul, scope, where } from "@evenkeel/tensor";
import { checkInput } from "./layer.ts";
import type { RandomLayerOptions } from "./random-layer.ts";
import { DroppingLayer, drawMask } from "./random-layer.ts";

/** What the kept values are multiplied by, so that the mean does not change; where nothing is kept, 0. */
export const computeKeptScale = (probability: number): number =>
  probability === 1 ? 0 : 1 / (1 - probability);

/**
 * In training mode, sets each value to zero with the given probability and divides the others by the probability of keeping them;
 * evaluation mode changes nothing (Srivastava et al. 2014, inverted). The masks depend only on the seed and the number of calls.
 *
 * Shapes: any -> the same. Throws ArgumentError for a probability outside of [0, 1], DTypeError for values that are not
 * of a float dtype.
 *
 * @example new Dropout(0.5, { seed: 1 })
 */
export class Dropout extends DroppingLayer {
  /** One launch for the result and one for the gradient, which generates the same mask again instead of storing it. */
  private readonly drop: (x: Tensor, kept: number, scale: number, key: RandomKey) => Tensor;

  constructor(probability = 0.5, options: RandomLayerOptions = {}) {
    super("Dropout", probability, options);
    this.drop = fuse((x: Tensor, kept: number, scale: number, key: RandomKey) =>
      where(bernoulli(x.shape, kept, key), mul(x, scale), 0),
    );
  }

  protected change(x: Tensor, key: RandomKey): Tensor {
    return this.drop(x, 1 - this.probability, computeKeptScale(this.probability), key);
  }
}

/** The base class of layers that drop whole channels. */
abstract class ChannelDropout extends DroppingLayer {
  /** The names of the dimensions after the channels. */
  private readonly positions: readonly string[];
  private readonly drop: (x: Tensor, mask: Tensor, scale: number) => Tensor;

  constructor(name: string, positions: readonly string[], probability: number, options: RandomLayerOptions) {
    super(name, probability, options);
    this.positions = positions;
    this.drop = fuse((x: Tensor, mask: Tensor, scale: number) => where(mask, mul(x, scale), 0));
  }

  override forward(x: Tensor): Tensor {
    return super.forward(isTensor(x) ? checkInput(this, x, ["n", "c", ...this.positions]) : x);
  }

  protected change(x: Tensor, key: RandomKey): Tensor {
    const { probability } = this;
    return scope(() => this.drop(x, drawMask(x, 2, probability, key), computeKeptScale(probability)));
  }
}

/**
 * Dropout of whole channels of sequences, whose neighbouring values are too similar for dropout of single ones (Tompson et al. 2015).
 *
 * Shapes: [n, c, w] -> the same. Throws ShapeError for other ranks, ArgumentError for a probability outside of [0, 1].
 *
 * @example new Dropout1d(0.2, { seed: 1 })
 */
export class Dropout1d extends ChannelDropout {
  constructor(probability = 0.5, options: RandomLayerOptions = {}) {
    super("Dropout1d", ["w"], probability, options);
  }
}

/**
 * Dropout of whole channels of images; see `Dropout1d`.
 *
 * Shapes: [n, c, h, w] -> the same. Throws ShapeError for other ranks, ArgumentError for a probability outside of [0, 1].
 *
 * @example new Dropout2d(0.2, { seed: 1 })
 */
export class Dropout2d extends ChannelDropout {
  constructor(probability = 0.5, options: RandomLayerOptions = {}) {
    super("Dropout2d", ["h", "w"], probability, options);
  }
}

/**
 * Dropout of whole channels of volumes; see `Dropout1d`.
 *
 * Shapes: [n, c, d, h, w] -> the same. Throws ShapeError for other ranks, ArgumentError for a probability outside of [0, 1].
 *
 * @example new Dropout3d(0.2, { seed: 1 })
 */
export class Dropout3d extends ChannelDropout {
  constructor(probability = 0.5, options: RandomLayerOptions = {}) {
    super("Dropout3d", ["d", "h", "w"], probability, options);
  }
}
