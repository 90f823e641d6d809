import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = e^x. */
export const expOp: Op = {
  name: "exp",
  outputs: (inputs) => unaryOutputs("exp", inputs),
  meaning: { expression: (inputs) => unaryExpression(inputs, e.exp) },
};

/**
 * e to the power of x.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example exp(tensor([0, 1])) // [1, 2.7183]
 */
export function exp(x: Tensor): Tensor {
  return execute(expOp, [x], {})[0]!;
}
