import { ShapeError } from "../../checks/errors.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { wasmKernel } from "../../core/launch.ts";
import type { Gradient, Op, Plan, ReferenceArray } from "../../core/op.ts";
import { scope } from "../../core/scope.ts";
import type { Spec } from "../../core/spec.ts";
import { formatShape, sizeOf } from "../../core/spec.ts";
import { arithmeticTypes } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import { storedAs } from "../cast/cast.ts";
import { pointwise } from "../fuse/pointwise.ts";
import { sum } from "../sum/sum.ts";
import { restoreAxes } from "./axes.ts";
import type { ReductionAttributes } from "./geometry.ts";
import { forEachReduced, reducedShape } from "./geometry.ts";
import { reductionPlan } from "./passes.ts";
import { module } from "./reduction.wasm.ts";

/** Throws ShapeError where nothing would have to give a value. */
export function checkReducible(operation: string, x: Spec, attrs: ReductionAttributes): void {
  const shape = reducedShape(x.shape, attrs);
  if (sizeOf(x.shape) === 0 && sizeOf(shape) > 0) {
    throw new ShapeError(
      `${operation}: x: found ${formatShape(x.shape)}, expected at least one element for each of ${formatShape(shape)}`,
    );
  }
}

export function extremeOutputs(operation: string, x: Spec, attrs: ReductionAttributes): Spec[] {
  checkDType(operation, "x", x, ...arithmeticTypes);
  checkReducible(operation, x, attrs);
  return [{ shape: reducedShape(x.shape, attrs), dtype: x.dtype }];
}

/** Keeps the value that beats all others; NaN beats everything. */
export function extremeLoops(
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
      const isTied = storedAs(
        pointwise([x!, extreme], (value, best) => e.cast(e.equal(value, best), "f32")),
        "f32",
      );
      const ties = sum(isTied, { axes, keepDims: true });
      const slope = restoreAxes(dy!, x!, axes);
      const share = pointwise([isTied, ties, slope], (mask, count, gradient) =>
        e.div(e.mul(mask, gradient), count),
      );
      return storedAs(share, x!.dtype);
    }),
  ],
};

/** The kernels find maxima; flipping these bits before and after makes them minima, or unsigned. */
export interface BitFlips {
  readonly f32: number;
  readonly i32: number;
  readonly u32: number;
}

export const flipsOfMaximum: BitFlips = { f32: 0, i32: 0, u32: -(2 ** 31) };
export const flipsOfMinimum: BitFlips = { f32: -(2 ** 31), i32: -1, u32: 2 ** 31 - 1 };

export function extremePlan(
  op: Op<ReductionAttributes>,
  x: Spec,
  attrs: ReductionAttributes,
  flips: BitFlips,
): Plan {
  const kernel = wasmKernel(module, x.dtype === "f32" ? "extremeFloats" : "extremeIntegers");
  const flip = flips[x.dtype as keyof BitFlips];
  return reductionPlan(x, op.outputs([x], attrs)[0]!, attrs.axes, kernel, () => [flip]);
}
