import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import { orderedTypes } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import type { TensorOrNumber } from "../elementwise/binary.ts";
import { binaryExpression, binaryOutputs, callBinary } from "../elementwise/binary.ts";

/** y = (a >= b); an absent operand is the scalar of the call. */
export const greaterEqualOp: Op = {
  name: "greaterEqual",
  outputs: (inputs) => binaryOutputs("greaterEqual", inputs, orderedTypes, "bool"),
  meaning: { expression: (inputs) => binaryExpression(inputs, e.greaterEqual, "bool") },
};

/**
 * Whether a >= b, as bool.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both have one dtype, other than bool.
 *
 * @example greaterEqual(tensor([1, 2]), 2) // [false, true]
 */
export function greaterEqual(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(greaterEqualOp, a, b);
}
