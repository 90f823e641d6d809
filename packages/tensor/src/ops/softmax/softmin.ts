import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { AxisOptions } from "../../core/spec.ts";
import { neg } from "../elementwise/arithmetic.ts";
import { softmax } from "./softmax.ts";

/**
 * Positive weights that sum to 1 along an axis, or over several axes together, proportional to exp(-x): the smallest value has the
 * largest weight.
 *
 * Shapes: any of rank 1 or more -> the same. Throws DTypeError unless x is f32 or f16, ArgumentError for axes out of
 * range or named twice.
 *
 * @param options.axis default: the last
 * @example softmin(tensor([0, Math.log(3)])) // [0.75, 0.25]
 */
export function softmin(x: Tensor, options: AxisOptions = {}): Tensor {
  return scope(() => softmax(neg(x), options));
}
