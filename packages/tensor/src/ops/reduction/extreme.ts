import { ShapeError } from "../../checks/errors.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Gradient, Op, ReferenceArray } from "../../core/op.ts";
import type { Spec } from "../../core/spec.ts";
import { countElements, formatShape } from "../../core/spec.ts";
import { arithmeticTypes } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import { cast } from "../elementwise/cast.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import type { ReductionAttributes } from "./attributes.ts";
import type { ReductionOptions } from "./axes.ts";
import { readReductionAttributes, restoreAxes } from "./axes.ts";
import { reductionFamily } from "./reduction-family.ts";
import { computeReducedShape, forEachReduced } from "./reduction-geometry.ts";
import { sum } from "./sum.ts";

/** Throws ShapeError if there is no element to reduce to a value. */
export function checkReducible(operation: string, x: Spec, attrs: ReductionAttributes): void {
  const shape = computeReducedShape(x.shape, attrs);
  if (countElements(x.shape) === 0 && countElements(shape) > 0) {
    throw new ShapeError(
      `${operation}: x: found ${formatShape(x.shape)}, expected at least one element for each of ${formatShape(shape)}`,
    );
  }
}

export function computeExtremeOutputs(operation: string, x: Spec, attrs: ReductionAttributes): Spec[] {
  checkDType(operation, "x", x, ...arithmeticTypes);
  checkReducible(operation, x, attrs);
  return [{ shape: computeReducedShape(x.shape, attrs), dtype: x.dtype }];
}

/** Keeps the value that beats all others; NaN beats everything. */
export function runExtremeLoops(
  [x]: readonly (ReferenceArray | undefined)[],
  [y]: readonly ReferenceArray[],
  axes: readonly number[],
  beats: (value: number, best: number) => boolean,
): void {
  const isKnown = new Uint8Array(y!.data.length);
  forEachReduced(x!.shape, axes, (from, to) => {
    const value = x!.data[from]!;
    const best = y!.data[to]!;
    const wins = isKnown[to] === 0 || Number.isNaN(value) || beats(value, best);
    if (wins) y!.data[to] = value;
    isKnown[to] = 1;
  });
}

/** Tied elements share the gradient equally, as in PyTorch's `amax`. */
export const extremeGradient: Gradient<ReductionAttributes> = {
  reads: () => ({ inputs: [0], outputs: [0] }),
  apply: ({ inputs: [x], outputs: [y], outputGradients: [dy], attrs: { axes } }) => [
    scope(() => {
      const extreme = restoreAxes(y!, x!, axes);
      const isTied = cast(
        pointwise([x!, extreme], (value, best) => e.cast(e.equal(value, best), "f32")),
        "f32",
      );
      const ties = sum(isTied, { axis: axes, keepDims: true });
      const slope = restoreAxes(dy!, x!, axes);
      const share = pointwise([isTied, ties, slope], (mask, count, gradient) =>
        e.div(e.mul(mask, gradient), count),
      );
      return cast(share, x!.dtype);
    }),
  ],
};

/** y = the largest value of x over the axes; NaN if one is NaN. */
export const maxOp: Op<ReductionAttributes> = {
  name: "max",
  outputs: ([x], attrs) => computeExtremeOutputs("max", x!, attrs),
  meaning: {
    loops: (inputs, outputs, { axes }) =>
      runExtremeLoops(inputs, outputs, axes, (value, best) => value > best),
  },
  gradient: extremeGradient,
  family: reductionFamily,
};

/**
 * The largest value over axes; NaN if one is NaN. Tied elements share the gradient equally, as in PyTorch's `amax`.
 *
 * Shapes: any -> without the reduced axes, or with one element there (`keepDims`). Throws DTypeError unless x is f32, f16, i32 or
 * u32, ShapeError where no element would be reduced to one, ArgumentError for axes out of range or named twice.
 *
 * @example max(tensor([[1, 4], [3, 2]]), { axis: 0 }) // [3, 4]
 */
export function max(x: Tensor, options: ReductionOptions = {}): Tensor {
  return execute(maxOp, [x], readReductionAttributes(x, options, "max"))[0]!;
}

/** y = the smallest value of x over the axes; NaN if one is NaN. */
export const minOp: Op<ReductionAttributes> = {
  name: "min",
  outputs: ([x], attrs) => computeExtremeOutputs("min", x!, attrs),
  meaning: {
    loops: (inputs, outputs, { axes }) =>
      runExtremeLoops(inputs, outputs, axes, (value, best) => value < best),
  },
  gradient: extremeGradient,
  family: reductionFamily,
};

/**
 * The smallest value over axes; NaN if one is NaN. Tied elements share the gradient equally, as in PyTorch's `amin`.
 *
 * Shapes: any -> without the reduced axes, or with one element there (`keepDims`). Throws DTypeError unless x is f32, f16, i32 or
 * u32, ShapeError where no element would be reduced to one, ArgumentError for axes out of range or named twice.
 *
 * @example min(tensor([[1, 4], [3, 2]]), { axis: 0 }) // [1, 2]
 */
export function min(x: Tensor, options: ReductionOptions = {}): Tensor {
  return execute(minOp, [x], readReductionAttributes(x, options, "min"))[0]!;
}
