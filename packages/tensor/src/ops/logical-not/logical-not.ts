import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = not x. */
export const logicalNotOp: Op = {
  name: "logicalNot",
  outputs: (inputs) => unaryOutputs("logicalNot", inputs, ["bool"]),
  meaning: { expression: (inputs) => unaryExpression(inputs, e.not) },
};

/**
 * Whether x does not hold.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is bool.
 *
 * @example logicalNot(tensor([true, false])) // [false, true]
 */
export function logicalNot(x: Tensor): Tensor {
  return execute(logicalNotOp, [x], {})[0]!;
}
