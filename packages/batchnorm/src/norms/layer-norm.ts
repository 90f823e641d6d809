import type { Shape, Tensor } from "@evenkeel/tensor";
import { scope } from "@evenkeel/tensor";
import { checkOptions, checkTensors } from "@evenkeel/tensor/checks";
import { affineRules } from "../operands/options.ts";
import type { LineNormOptions } from "./line-options.ts";
import { checkLineNorm, normalizeLastAxes } from "./line-options.ts";

/**
 * Layer normalization (Ba, Kiros and Hinton 2016) with PyTorch's semantics: every sample is normalized over its last
 * dimensions by its own mean and biased variance.
 *
 * Shapes: x [..., ...normalizedShape], f32 or f16; scale and shift normalizedShape -> that of x. Throws ShapeError, DTypeError or
 * ArgumentError where they do not fit.
 *
 * @param normalizedShape the size of the last dimension, or those of several
 * @example layerNorm(ones([2, 10, 64]), 64, { scale: ones([64]), shift: zeros([64]) }) // -> [2, 10, 64]
 */
export function layerNorm(x: Tensor, normalizedShape: number | Shape, options: LineNormOptions = {}): Tensor {
  checkLineNorm("layerNorm", x, options);
  const { epsilon = 1e-5 } = options;
  return scope(() =>
    normalizeLastAxes("layerNorm", x, normalizedShape, options, { epsilon, centered: true }),
  );
}

export interface RmsNormOptions {
  /** Multiplies the normalized values; default: none. */
  readonly scale?: Tensor | undefined;
  /** Added to the mean square before the root is taken; default: 2^-23, that of PyTorch for f32. */
  readonly epsilon?: number;
}

/**
 * Root mean square normalization (Zhang and Sennrich 2019): every sample is divided by the root of the mean of its squares
 * over the last dimensions. Unlike in layer norm, no mean is subtracted.
 *
 * Shapes: x [..., ...normalizedShape], f32 or f16; scale normalizedShape -> that of x. Throws ShapeError, DTypeError or ArgumentError
 * where they do not fit.
 *
 * @param normalizedShape the size of the last dimension, or those of several
 * @example rmsNorm(tensor([[3, 4]]), 2, { epsilon: 0 }) // [[0.8485, 1.1314]]
 */
export function rmsNorm(x: Tensor, normalizedShape: number | Shape, options: RmsNormOptions = {}): Tensor {
  checkTensors("rmsNorm", x);
  const { scale, epsilon: rule } = affineRules;
  checkOptions<RmsNormOptions>("rmsNorm", options, { scale, epsilon: rule });
  const { epsilon = 2 ** -23 } = options;
  return scope(() => normalizeLastAxes("rmsNorm", x, normalizedShape, options, { epsilon, centered: false }));
}
