import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import type { TensorOrNumber } from "../elementwise/binary.ts";
import { binaryExpression, binaryOutputs, callBinary } from "../elementwise/binary.ts";

/** y = a - b trunc(a / b); an absent operand is the scalar of the call. */
export const remOp: Op = {
  name: "rem",
  outputs: (inputs) => binaryOutputs("rem", inputs),
  meaning: { expression: (inputs) => binaryExpression(inputs, e.rem) },
};

/**
 * The remainder of a / b after truncation: exact, with the sign of a. An integer modulo 0 gives 0, a float NaN.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are f32,
 * both f16, both i32 or both u32.
 *
 * @example rem(tensor([5, -5]), 3) // [2, -2]
 */
export function rem(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(remOp, a, b);
}
