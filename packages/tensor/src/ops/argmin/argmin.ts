import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { ArgExtremeAttributes, ArgExtremeOptions } from "../selection/arg-extreme.ts";
import {
  argExtremeLoops,
  argExtremeOutputs,
  argExtremePlan,
  callArgExtreme,
} from "../selection/arg-extreme.ts";

/** y = the first position of the smallest value along the axis; of the first NaN, where there is one. */
export const argminOp: Op<ArgExtremeAttributes> = {
  name: "argmin",
  outputs: ([x], attrs) => argExtremeOutputs("argmin", x!, attrs),
  meaning: {
    loops: (inputs, outputs, { axes }) =>
      argExtremeLoops(inputs, outputs, axes[0]!, (value, best) => value < best),
  },
  kernels: {
    wasm: ([x], { axes }) => argExtremePlan(x!, axes[0]!, false),
  },
};

/**
 * The index of the smallest value along an axis, the first one of ties. NaN wins, as in PyTorch.
 *
 * Shapes: any -> i32 without the axis, or with one element there (`keepDims`). Throws DTypeError unless x is f32, i32 or u32,
 * ShapeError where there is no element to choose, ArgumentError for an axis out of range.
 *
 * @example argmin(tensor([[1, 4], [3, 2]]), { axis: 1 }) // [0, 1]
 */
export function argmin(x: Tensor, options: ArgExtremeOptions = {}): Tensor {
  return callArgExtreme(argminOp, x, options);
}
