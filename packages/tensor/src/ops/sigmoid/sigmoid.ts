import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = 1 / (1 + e^-x). */
export const sigmoidOp: Op = {
  name: "sigmoid",
  outputs: (inputs) => unaryOutputs("sigmoid", inputs),
  meaning: { expression: (inputs) => unaryExpression(inputs, e.sigmoid) },
};

/**
 * 1 / (1 + exp(-x)).
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example sigmoid(tensor([0, 2])) // [0.5, 0.8808]
 */
export function sigmoid(x: Tensor): Tensor {
  return execute(sigmoidOp, [x], {})[0]!;
}
