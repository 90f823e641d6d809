import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = 1 / sqrt(x). */
export const rsqrtOp: Op = {
  name: "rsqrt",
  outputs: (inputs) => unaryOutputs("rsqrt", inputs),
  meaning: { expression: (inputs) => unaryExpression(inputs, (x) => e.div(1, e.sqrt(x))) },
};

/**
 * 1 / sqrt(x): Infinity at 0, NaN below.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example rsqrt(tensor([4, 16])) // [0.5, 0.25]
 */
export function rsqrt(x: Tensor): Tensor {
  return execute(rsqrtOp, [x], {})[0]!;
}
