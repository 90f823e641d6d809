import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = 1 / x. */
export const reciprocalOp: Op = {
  name: "reciprocal",
  outputs: (inputs) => unaryOutputs("reciprocal", inputs),
  meaning: { expression: (inputs) => unaryExpression(inputs, (x) => e.div(1, x)) },
};

/**
 * 1 / x.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example reciprocal(tensor([4, -2])) // [0.25, -0.5]
 */
export function reciprocal(x: Tensor): Tensor {
  return execute(reciprocalOp, [x], {})[0]!;
}
