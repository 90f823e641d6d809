import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { ArgExtremeAttributes, ArgExtremeOptions } from "../selection/arg-extreme.ts";
import {
  argExtremeLoops,
  argExtremeOutputs,
  argExtremePlan,
  callArgExtreme,
} from "../selection/arg-extreme.ts";

/** y = the first position of the largest value along the axis; of the first NaN, where there is one. */
export const argmaxOp: Op<ArgExtremeAttributes> = {
  name: "argmax",
  outputs: ([x], attrs) => argExtremeOutputs("argmax", x!, attrs),
  meaning: {
    loops: (inputs, outputs, { axes }) =>
      argExtremeLoops(inputs, outputs, axes[0]!, (value, best) => value > best),
  },
  kernels: {
    wasm: ([x], { axes }) => argExtremePlan(x!, axes[0]!, true),
  },
};

/**
 * The index of the largest value along an axis, the first one of ties. NaN wins, as in PyTorch.
 *
 * Shapes: any -> i32 without the axis, or with one element there (`keepDims`). Throws DTypeError unless x is f32, i32 or u32,
 * ShapeError where there is no element to choose, ArgumentError for an axis out of range.
 *
 * @example argmax(tensor([[1, 4], [3, 2]]), { axis: 1 }) // [1, 0]
 */
export function argmax(x: Tensor, options: ArgExtremeOptions = {}): Tensor {
  return callArgExtreme(argmaxOp, x, options);
}
