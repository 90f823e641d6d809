import { checkOptions, checkTensors } from "../../checks/check.ts";
import { comparable } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import { abs } from "../elementwise/arithmetic.ts";
import { cast } from "../elementwise/cast.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import { square } from "../elementwise/powers.ts";
import type { ReductionOptions } from "./axes.ts";
import { reductionRules } from "./axes.ts";
import { max, min } from "./extreme.ts";
import { takeRoot } from "./root.ts";
import { sum } from "./sum.ts";

export interface NormOptions extends ReductionOptions {
  /** The order: 2 is Euclidean, 1 sums magnitudes, Infinity is the largest one, 0 counts elements other than 0. Default: 2. */
  readonly p?: number;
}

/**
 * The p-norm of all elements, or of the vectors that axes form, like PyTorch's `linalg.vector_norm`. It is computed in f32; at a norm
 * of 0, the gradient is 0.
 *
 * Shapes: any -> without the reduced axes, or with one element there (`keepDims`). Throws DTypeError unless x is f32 or f16,
 * ArgumentError for axes out of range or named twice, and for an order that is NaN.
 *
 * @example norm(tensor([3, 4])) // 5
 */
export function norm(x: Tensor, options: NormOptions = {}): Tensor {
  checkTensors("norm", x);
  checkOptions<NormOptions>("norm", options, { ...reductionRules, p: comparable });
  checkDType("norm", "x", x, ...floatTypes);
  const { p = 2, ...reduction } = options;
  return scope(() => cast(reducePowers(cast(x, "f32"), p, reduction), x.dtype));
}

function reducePowers(x: Tensor, p: number, options: ReductionOptions): Tensor {
  if (p === 2) return takeRoot(sum(square(x), options), 2);
  if (p === 1) return sum(abs(x), options);
  if (p === Number.POSITIVE_INFINITY) return max(abs(x), options);
  if (p === Number.NEGATIVE_INFINITY) return min(abs(x), options);
  if (p === 0) {
    return sum(
      pointwise([x], (value) => e.cast(e.notEqual(value, 0), "f32")),
      options,
    );
  }
  const powers = pointwise([x], (value) => e.pow(e.abs(value), p));
  return takeRoot(sum(powers, options), p);
}
