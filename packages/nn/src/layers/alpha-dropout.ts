import type { RandomKey, Tensor } from "@evenkeel/tensor";
import { add, bernoulli, formatShape, fuse, mul, ShapeError, scope, where } from "@evenkeel/tensor";
import type { RandomLayerOptions } from "./random-layer.ts";
import { DroppingLayer, drawMask } from "./random-layer.ts";

/** The limit of `selu` at -infinity, with the opposite sign. */
const saturation = 1.7580993408473766;

/** Kept values become scale x + shift, dropped ones `dropped`: mean 0 and variance 1 stay (Klambauer et al. 2017, section 2). */
interface AlphaNumbers {
  readonly scale: number;
  readonly shift: number;
  readonly dropped: number;
}

function computeAlphaNumbers(probability: number): AlphaNumbers {
  // Without any kept value there is no variance to preserve; as in PyTorch, all are 0.
  if (probability === 1) return { scale: 0, shift: 0, dropped: 0 };
  const scale = 1 / Math.sqrt((saturation ** 2 * probability + 1) * (1 - probability));
  const shift = saturation * scale * probability;
  return { scale, shift, dropped: shift - saturation * scale };
}

/** An elementwise function, so that `fuse` may contain it. */
const dropByMask = (x: Tensor, mask: Tensor, { scale, shift, dropped }: AlphaNumbers): Tensor =>
  where(mask, add(mul(x, scale), shift), dropped);

/**
 * Dropout for networks of `SELU`: dropped values get the value at which SELU saturates, and all are scaled and shifted so that mean 0
 * and variance 1 stay (Klambauer et al. 2017). Evaluation mode changes nothing.
 *
 * Shapes: any -> the same. Throws ArgumentError for a probability outside of [0, 1], DTypeError for values that are not
 * of a float dtype.
 *
 * @example new AlphaDropout(0.1, { seed: 1 })
 */
export class AlphaDropout extends DroppingLayer {
  private readonly drop: (x: Tensor, kept: number, numbers: AlphaNumbers, key: RandomKey) => Tensor;

  constructor(probability = 0.5, options: RandomLayerOptions = {}) {
    super("AlphaDropout", probability, options);
    this.drop = fuse((x: Tensor, kept: number, numbers: AlphaNumbers, key: RandomKey) =>
      dropByMask(x, bernoulli(x.shape, kept, key), numbers),
    );
  }

  protected change(x: Tensor, key: RandomKey): Tensor {
    return this.drop(x, 1 - this.probability, computeAlphaNumbers(this.probability), key);
  }
}

/**
 * `AlphaDropout` of whole channels.
 *
 * Shapes: [n, c, ...] -> the same. Throws ShapeError without channels, ArgumentError for a probability outside of [0, 1].
 *
 * @example new FeatureAlphaDropout(0.1, { seed: 1 })
 */
export class FeatureAlphaDropout extends DroppingLayer {
  private readonly drop: typeof dropByMask;

  constructor(probability = 0.5, options: RandomLayerOptions = {}) {
    super("FeatureAlphaDropout", probability, options);
    this.drop = fuse(dropByMask);
  }

  protected change(x: Tensor, key: RandomKey): Tensor {
    if (x.rank < 2) throw new ShapeError(`found ${formatShape(x.shape)}, expected [n, c, ...]`);
    const { probability } = this;
    return scope(() => this.drop(x, drawMask(x, 2, probability, key), computeAlphaNumbers(probability)));
  }
}
