import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = the whole number next to x, ties to even. */
export const roundOp: Op = {
  name: "round",
  outputs: (inputs) => unaryOutputs("round", inputs),
  meaning: { expression: (inputs) => unaryExpression(inputs, e.round) },
};

/**
 * The nearest whole number, ties to the even one. The gradient is 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example round(tensor([0.5, 1.5, -1.7])) // [0, 2, -2]
 */
export function round(x: Tensor): Tensor {
  return execute(roundOp, [x], {})[0]!;
}
