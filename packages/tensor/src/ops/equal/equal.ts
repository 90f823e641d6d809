import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import { allTypes } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import type { TensorOrNumber } from "../elementwise/binary.ts";
import { binaryExpression, binaryOutputs, callBinary } from "../elementwise/binary.ts";

/** y = (a = b); an absent operand is the scalar of the call. */
export const equalOp: Op = {
  name: "equal",
  outputs: (inputs) => binaryOutputs("equal", inputs, allTypes, "bool"),
  meaning: { expression: (inputs) => binaryExpression(inputs, e.equal, "bool") },
};

/**
 * Whether a = b, as bool.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both have one dtype.
 *
 * @example equal(tensor([1, 2]), 2) // [false, true]
 */
export function equal(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(equalOp, a, b);
}
