import { checkTensors } from "../../checks/check.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { getComputeType } from "../../expression/dtype.ts";
import { indexType } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import type { ReductionOptions } from "./axes.ts";
import { sum } from "./sum.ts";

/** Counts the elements that are true, or those that are not; every element but 0 is true. */
function countWhere(x: Tensor, isTrue: boolean, options: ReductionOptions): Tensor {
  const isBool = getComputeType(x.dtype) === "bool";
  const marks = pointwise([x], (value) => {
    const truth = isBool ? value : e.notEqual(value, 0);
    return e.cast(isTrue ? truth : e.not(truth), indexType);
  });
  return sum(marks, options);
}

/**
 * Whether at least one element is true, as bool; false for none. Of numbers, every one but 0 is true.
 *
 * Shapes: any -> without the reduced axes, or with one element there (`keepDims`). Throws ArgumentError for axes out of range or
 * named twice.
 *
 * @example any(tensor([[true, false], [false, false]]), { axis: 1 }) // [true, false]
 */
export function any(x: Tensor, options: ReductionOptions = {}): Tensor {
  checkTensors("any", x);
  return scope(() => pointwise([countWhere(x, true, options)], (count) => e.notEqual(count, 0)));
}

/**
 * Whether all elements are true, as bool; true for none. Of numbers, every one but 0 is true.
 *
 * Shapes: any -> without the reduced axes, or with one element there (`keepDims`). Throws ArgumentError for axes out of range or
 * named twice.
 *
 * @example all(tensor([[true, true], [true, false]]), { axis: 1 }) // [true, false]
 */
export function all(x: Tensor, options: ReductionOptions = {}): Tensor {
  checkTensors("all", x);
  return scope(() => pointwise([countWhere(x, false, options)], (count) => e.equal(count, 0)));
}
