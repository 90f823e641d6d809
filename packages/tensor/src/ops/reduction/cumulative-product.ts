import { checkOptions, checkTensors } from "../../checks/check.ts";
import { anything, yesOrNo } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { normalizeAxis } from "../../core/spec.ts";
import { arithmeticTypes } from "../../expression/dtype-kinds.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { reshape } from "../movement/reshape.ts";
import { padOp, sliceAlong } from "../movement/slice-and-pad.ts";

export interface CumulativeProductOptions {
  /** Default: the last. */
  readonly axis?: number;
  /** Whether products begin at the end. Default: false. */
  readonly reverse?: boolean;
  /** Whether a product excludes the element at its own position, so that the first product is 1. Default: false. */
  readonly exclusive?: boolean;
}

/**
 * Running products along an axis. Products of 1, 2, 4, ... neighbours are multiplied in log2(n) rounds of three launches (Hillis and
 * Steele 1986), so that no gradient divides by an element, which may be 0. Products that overflow in between may be NaN where those
 * from left to right are infinite.
 *
 * Shapes: any of rank 1 or more -> the same. Throws DTypeError unless x is f32, f16, i32 or u32, whose products wrap, ArgumentError
 * for an axis out of range.
 *
 * @example cumulativeProduct(tensor([1, 2, 3])) // [1, 2, 6]
 */
export function cumulativeProduct(x: Tensor, options: CumulativeProductOptions = {}): Tensor {
  checkTensors("cumulativeProduct", x);
  checkOptions<CumulativeProductOptions>("cumulativeProduct", options, {
    axis: anything,
    reverse: yesOrNo,
    exclusive: yesOrNo,
  });
  checkDType("cumulativeProduct", "x", x, ...arithmeticTypes);
  const { reverse = false, exclusive = false } = options;
  const axis = normalizeAxis(options.axis ?? -1, x.rank, "cumulativeProduct");
  const length = x.shape[axis]!;
  return scope(() => {
    let y = exclusive ? shift(x, axis, 1, reverse) : reshape(x, x.shape);
    for (let reach = 1; reach < length; reach *= 2) y = mul(y, shift(y, axis, reach, reverse));
    return y;
  });
}

/** Moves elements by `distance` away from the begin of the axis, or from its end, where ones follow. */
function shift(x: Tensor, axis: number, distance: number, reverse: boolean): Tensor {
  const length = x.shape[axis]!;
  const moved = Math.min(distance, length);
  const kept = sliceAlong(x, axis, reverse ? moved : 0, length - moved);
  const alone = x.shape.map((_, other) => (other === axis ? moved : 0));
  const none = x.shape.map(() => 0);
  const [low, high] = reverse ? [none, alone] : [alone, none];
  return execute(padOp, [kept], { low, high, interior: none }, { scalars: [1] })[0]!;
}
