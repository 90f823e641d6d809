import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import type { TensorOrNumber } from "../elementwise/binary.ts";
import { binaryExpression, binaryOutputs, callBinary } from "../elementwise/binary.ts";

/** y = a + b; an absent operand is the scalar of the call. */
export const addOp: Op = {
  name: "add",
  outputs: (inputs) => binaryOutputs("add", inputs),
  meaning: { expression: (inputs) => binaryExpression(inputs, e.add) },
};

/**
 * a + b. Integers wrap.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are f32,
 * both f16, both i32 or both u32.
 *
 * @example add(tensor([1, 2]), 10) // [11, 12]
 */
export function add(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(addOp, a, b);
}
