import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = tanh x. */
export const tanhOp: Op = {
  name: "tanh",
  outputs: (inputs) => unaryOutputs("tanh", inputs),
  meaning: { expression: (inputs) => unaryExpression(inputs, e.tanh) },
};

/**
 * The hyperbolic tangent.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example tanh(tensor([0, 20])) // [0, 1]
 */
export function tanh(x: Tensor): Tensor {
  return execute(tanhOp, [x], {})[0]!;
}
