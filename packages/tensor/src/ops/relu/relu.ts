import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import { buildExpression } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";

export const reluOp: Op = {
  name: "relu",
  outputs: ([x]) => [{ shape: x!.shape, dtype: "f32" }],
  // Written with a comparison, not a maximum: the slope at 0 is 0, and NaN stays NaN.
  meaning: {
    expression: () => buildExpression({ inputs: ["f32"] }, ([x]) => e.select(e.lessEqual(x!, 0), 0, x!)),
  },
};

/**
 * max(x, 0).
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32.
 *
 * @example relu(tensor([-1, 2])) // [0, 2]
 */
export function relu(x: Tensor): Tensor {
  return execute(reluOp, [x], {})[0]!;
}
