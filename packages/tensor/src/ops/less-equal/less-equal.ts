import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import { orderedTypes } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import type { TensorOrNumber } from "../elementwise/binary.ts";
import { binaryExpression, binaryOutputs, callBinary } from "../elementwise/binary.ts";

/** y = (a <= b); an absent operand is the scalar of the call. */
export const lessEqualOp: Op = {
  name: "lessEqual",
  outputs: (inputs) => binaryOutputs("lessEqual", inputs, orderedTypes, "bool"),
  meaning: { expression: (inputs) => binaryExpression(inputs, e.lessEqual, "bool") },
};

/**
 * Whether a <= b, as bool.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both have one dtype, other than bool.
 *
 * @example lessEqual(tensor([1, 2]), 1) // [true, false]
 */
export function lessEqual(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(lessEqualOp, a, b);
}
