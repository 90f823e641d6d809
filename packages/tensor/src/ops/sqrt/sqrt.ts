import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = sqrt(x). */
export const sqrtOp: Op = {
  name: "sqrt",
  outputs: (inputs) => unaryOutputs("sqrt", inputs),
  meaning: { expression: (inputs) => unaryExpression(inputs, e.sqrt) },
};

/**
 * The square root: NaN below 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example sqrt(tensor([4, 9])) // [2, 3]
 */
export function sqrt(x: Tensor): Tensor {
  return execute(sqrtOp, [x], {})[0]!;
}
