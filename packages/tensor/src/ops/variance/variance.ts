import { scope } from "../../core/scope.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { MomentsOptions } from "../moments/moments.ts";
import { moments } from "../moments/moments.ts";

/**
 * The variance over axes: see `moments`, which gives the mean as well.
 *
 * Shapes: any -> without the reduced axes, or with one element there (`keepDims`). Throws DTypeError unless x is f32 or f16,
 * ArgumentError for axes out of range or named twice.
 *
 * @param options.correction 0 (default): the mean of the squares; 1: unbiased
 * @example variance(tensor([1, 2, 3]), { correction: 1 }) // 1
 */
export function variance(x: Tensor, options: MomentsOptions = {}): Tensor {
  return scope(() => moments(x, options).variance);
}
