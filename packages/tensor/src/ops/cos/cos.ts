import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = cos x. */
export const cosOp: Op = {
  name: "cos",
  outputs: (inputs) => unaryOutputs("cos", inputs),
  meaning: { expression: (inputs) => unaryExpression(inputs, e.cos) },
};

/**
 * The cosine of x, in radians: within 4 units in the last place for every x.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example cos(tensor([0, Math.PI])) // [1, -1]
 */
export function cos(x: Tensor): Tensor {
  return execute(cosOp, [x], {})[0]!;
}
