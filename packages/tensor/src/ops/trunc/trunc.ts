import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = x without its fraction. */
export const truncOp: Op = {
  name: "trunc",
  outputs: (inputs) => unaryOutputs("trunc", inputs),
  meaning: { expression: (inputs) => unaryExpression(inputs, e.trunc) },
};

/**
 * x without its fraction. The gradient is 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example trunc(tensor([1.5, -1.5])) // [1, -1]
 */
export function trunc(x: Tensor): Tensor {
  return execute(truncOp, [x], {})[0]!;
}
