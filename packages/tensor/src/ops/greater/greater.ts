import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import { orderedTypes } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import type { TensorOrNumber } from "../elementwise/binary.ts";
import { binaryExpression, binaryOutputs, callBinary } from "../elementwise/binary.ts";

/** y = (a > b); an absent operand is the scalar of the call. */
export const greaterOp: Op = {
  name: "greater",
  outputs: (inputs) => binaryOutputs("greater", inputs, orderedTypes, "bool"),
  meaning: { expression: (inputs) => binaryExpression(inputs, e.greater, "bool") },
};

/**
 * Whether a > b, as bool.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both have one dtype, other than bool.
 *
 * @example greater(tensor([1, 2]), 1) // [false, true]
 */
export function greater(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(greaterOp, a, b);
}
