import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = x for x > 0 and NaN, else 0. */
export const reluOp: Op = {
  name: "relu",
  outputs: (inputs) => unaryOutputs("relu", inputs),
  // Written with a comparison, not a maximum: the slope at 0 is 0, and NaN stays NaN.
  meaning: { expression: (inputs) => unaryExpression(inputs, (x) => e.select(e.lessEqual(x, 0), 0, x)) },
};

/**
 * max(x, 0).
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example relu(tensor([-1, 2])) // [0, 2]
 */
export function relu(x: Tensor): Tensor {
  return execute(reluOp, [x], {})[0]!;
}
