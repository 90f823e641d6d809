import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import type { TensorOrNumber } from "../elementwise/binary.ts";
import { binaryExpression, binaryOutputs, callBinary } from "../elementwise/binary.ts";

/** y = min(a, b); an absent operand is the scalar of the call. */
export const minimumOp: Op = {
  name: "minimum",
  outputs: (inputs) => binaryOutputs("minimum", inputs),
  meaning: { expression: (inputs) => binaryExpression(inputs, e.min) },
};

/**
 * The smaller of a and b; NaN if either is. A tie shares its gradient.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are f32,
 * both f16, both i32 or both u32.
 *
 * @example minimum(tensor([1, 5]), 3) // [1, 3]
 */
export function minimum(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(minimumOp, a, b);
}
