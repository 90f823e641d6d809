import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = ln x. */
export const logOp: Op = {
  name: "log",
  outputs: (inputs) => unaryOutputs("log", inputs),
  meaning: { expression: (inputs) => unaryExpression(inputs, e.log) },
};

/**
 * The natural logarithm: -Infinity at 0, NaN below.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example log(tensor([1, Math.E])) // [0, 1]
 */
export function log(x: Tensor): Tensor {
  return execute(logOp, [x], {})[0]!;
}
