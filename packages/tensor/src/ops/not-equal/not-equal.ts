import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import { allTypes } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import type { TensorOrNumber } from "../elementwise/binary.ts";
import { binaryExpression, binaryOutputs, callBinary } from "../elementwise/binary.ts";

/** y = (a is not b); an absent operand is the scalar of the call. */
export const notEqualOp: Op = {
  name: "notEqual",
  outputs: (inputs) => binaryOutputs("notEqual", inputs, allTypes, "bool"),
  meaning: { expression: (inputs) => binaryExpression(inputs, e.notEqual, "bool") },
};

/**
 * Whether a is not b (NaN differs from everything), as bool.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both have one dtype.
 *
 * @example notEqual(tensor([1, 2]), 2) // [true, false]
 */
export function notEqual(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(notEqualOp, a, b);
}
