import type { Tensor } from "@evenkeel/tensor";
import { countElements, formatShape, ShapeError, scope } from "@evenkeel/tensor";
import { checkOptions, checkTensors, nonNegative } from "@evenkeel/tensor/checks";
import { runLines } from "./line-options.ts";

/**
 * Weight standardization (Qiao et al. 2019): the weights of each output channel with mean 0 and variance 1, for convolutions
 * before a group norm, which then train with small batches as with batch norm. The gradient flows through mean and variance.
 *
 * Shapes: [outputs, ...] -> the same. Throws ShapeError below rank 2, DTypeError unless f32 or f16, ArgumentError for an epsilon
 * below 0.
 *
 * @param options.epsilon added to the variance before the square root is taken; default 1e-6
 * @example conv2d(ones([1, 3, 8, 8]), standardizeWeight(normal([16, 3, 3, 3]))) // -> [1, 16, 6, 6]
 */
export function standardizeWeight(weight: Tensor, options: { readonly epsilon?: number } = {}): Tensor {
  checkTensors("standardizeWeight", weight);
  checkOptions<typeof options>("standardizeWeight", options, { epsilon: nonNegative });
  const { epsilon = 1e-6 } = options;
  if (weight.rank < 2) {
    throw new ShapeError(
      `standardizeWeight: weight: found shape ${formatShape(weight.shape)}, expected [outputs, ...]`,
    );
  }
  const line = [weight.shape[0]!, 1, countElements(weight.shape.slice(1)), 1] as const;
  return scope(() => runLines(weight, line, {}, { epsilon, centered: true })[0]);
}
