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
  flipsOfMaximum,
} from "../reduction/extreme.ts";
import type { ReductionAttributes } from "../reduction/geometry.ts";

/** y = the largest value of x over the axes; NaN where one is NaN. */
export const maxOp: Op<ReductionAttributes> = {
  name: "max",
  outputs: ([x], attrs) => extremeOutputs("max", x!, attrs),
  meaning: {
    loops: (inputs, outputs, { axes }) => extremeLoops(inputs, outputs, axes, (value, best) => value > best),
  },
  gradient: extremeGradient,
  kernels: {
    wasm: ([x], attrs) => extremePlan(maxOp, x!, attrs, flipsOfMaximum),
  },
};

/**
 * The largest value over axes; NaN where one is NaN. Tied elements share the gradient equally, as in PyTorch's `amax`.
 *
 * Shapes: any -> without the reduced axes, or with one element there (`keepDims`). Throws DTypeError unless x is f32, f16, i32 or
 * u32, ShapeError where no element would be reduced to one, ArgumentError for axes out of range or named twice.
 *
 * @example max(tensor([[1, 4], [3, 2]]), { axes: 0 }) // [3, 4]
 */
export function max(x: Tensor, options: ReductionOptions = {}): Tensor {
  return execute(maxOp, [x], reductionAttributes(x, options, "max"))[0]!;
}
