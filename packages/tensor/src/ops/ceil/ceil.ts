import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = the smallest whole number >= x. */
export const ceilOp: Op = {
  name: "ceil",
  outputs: (inputs) => unaryOutputs("ceil", inputs),
  meaning: { expression: (inputs) => unaryExpression(inputs, e.ceil) },
};

/**
 * The smallest whole number that is not below x. The gradient is 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example ceil(tensor([1.5, -1.5])) // [2, -1]
 */
export function ceil(x: Tensor): Tensor {
  return execute(ceilOp, [x], {})[0]!;
}
