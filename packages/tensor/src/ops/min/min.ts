import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { ReductionOptions } from "../reduction/axes.ts";
import { reductionAttributes } from "../reduction/axes.ts";
import {
  extremeGradient,
  extremeLoops,
  extremeOutputs,
  extremePlan,
  flipsOfMinimum,
} from "../reduction/extreme.ts";
import type { ReductionAttributes } from "../reduction/geometry.ts";

/** y = the smallest value of x over the axes; NaN where one is NaN. */
export const minOp: Op<ReductionAttributes> = {
  name: "min",
  outputs: ([x], attrs) => extremeOutputs("min", x!, attrs),
  meaning: {
    loops: (inputs, outputs, { axes }) => extremeLoops(inputs, outputs, axes, (value, best) => value < best),
  },
  gradient: extremeGradient,
  kernels: {
    wasm: ([x], attrs) => extremePlan(minOp, x!, attrs, flipsOfMinimum),
  },
};

/**
 * The smallest value over axes; NaN where one is NaN. Tied elements share the gradient equally, as in PyTorch's `amin`.
 *
 * Shapes: any -> without the reduced axes, or with one element there (`keepDims`). Throws DTypeError unless x is f32, f16, i32 or
 * u32, ShapeError where no element would be reduced to one, ArgumentError for axes out of range or named twice.
 *
 * @example min(tensor([[1, 4], [3, 2]]), { axes: 0 }) // [1, 2]
 */
export function min(x: Tensor, options: ReductionOptions = {}): Tensor {
  return execute(minOp, [x], reductionAttributes(x, options, "min"))[0]!;
}
