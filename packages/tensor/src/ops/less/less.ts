import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import { orderedTypes } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import type { TensorOrNumber } from "../elementwise/binary.ts";
import { binaryExpression, binaryOutputs, callBinary } from "../elementwise/binary.ts";

/** y = (a < b); an absent operand is the scalar of the call. */
export const lessOp: Op = {
  name: "less",
  outputs: (inputs) => binaryOutputs("less", inputs, orderedTypes, "bool"),
  meaning: { expression: (inputs) => binaryExpression(inputs, e.less, "bool") },
};

/**
 * Whether a < b, as bool.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both have one dtype, other than bool.
 *
 * @example less(tensor([1, 2]), 2) // [true, false]
 */
export function less(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(lessOp, a, b);
}
