import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = ln(1 + x). */
export const log1pOp: Op = {
  name: "log1p",
  outputs: (inputs) => unaryOutputs("log1p", inputs),
  meaning: { expression: (inputs) => unaryExpression(inputs, e.log1p) },
};

/**
 * log(1 + x) without cancellation near 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example log1p(tensor([1e-6])) // [9.999995e-7]
 */
export function log1p(x: Tensor): Tensor {
  return execute(log1pOp, [x], {})[0]!;
}
