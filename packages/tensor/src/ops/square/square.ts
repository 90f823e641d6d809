import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import { arithmeticTypes } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = x x. */
export const squareOp: Op = {
  name: "square",
  outputs: (inputs) => unaryOutputs("square", inputs, arithmeticTypes),
  meaning: { expression: (inputs) => unaryExpression(inputs, (x) => e.mul(x, x)) },
};

/**
 * x * x.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32, f16, i32 or u32.
 *
 * @example square(tensor([3, -2])) // [9, 4]
 */
export function square(x: Tensor): Tensor {
  return execute(squareOp, [x], {})[0]!;
}
