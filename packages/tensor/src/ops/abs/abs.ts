import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import { signedTypes } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = |x|. */
export const absOp: Op = {
  name: "abs",
  outputs: (inputs) => unaryOutputs("abs", inputs, signedTypes),
  meaning: { expression: (inputs) => unaryExpression(inputs, e.abs) },
};

/**
 * |x|, with slope 0 at 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32, f16 or i32.
 *
 * @example abs(tensor([1, -2])) // [1, 2]
 */
export function abs(x: Tensor): Tensor {
  return execute(absOp, [x], {})[0]!;
}
