import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = x / (1 + e^-x). */
export const siluOp: Op = {
  name: "silu",
  outputs: (inputs) => unaryOutputs("silu", inputs),
  meaning: { expression: (inputs) => unaryExpression(inputs, (x) => e.mul(x, e.sigmoid(x))) },
};

/**
 * x * sigmoid(x), also known as swish.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example silu(tensor([-1, 2])) // [-0.2689, 1.7616]
 */
export function silu(x: Tensor): Tensor {
  return execute(siluOp, [x], {})[0]!;
}
