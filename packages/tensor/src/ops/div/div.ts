import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import type { TensorOrNumber } from "../elementwise/binary.ts";
import { binaryExpression, binaryOutputs, callBinary } from "../elementwise/binary.ts";

/** y = a / b; an absent operand is the scalar of the call. */
export const divOp: Op = {
  name: "div",
  outputs: (inputs) => binaryOutputs("div", inputs),
  meaning: { expression: (inputs) => binaryExpression(inputs, e.div) },
};

/**
 * a / b. Integer quotients are truncated; an integer divided by 0 gives 0.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are f32,
 * both f16, both i32 or both u32.
 *
 * @example div(tensor([1, 2]), 4) // [0.25, 0.5]
 */
export function div(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(divOp, a, b);
}
