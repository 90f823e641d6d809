import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import { signedTypes } from "../../expression/dtype-kinds.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** Truncation keeps zeros and NaN as they are and stops the gradient. */
function signOf(x: Value): Value {
  const rest = x.type === "f32" ? e.trunc(x) : x;
  return e.select(e.greater(x, 0), 1, e.select(e.less(x, 0), -1, rest));
}

/** y = 1 for x > 0, -1 for x < 0, else x. */
export const signOp: Op = {
  name: "sign",
  outputs: (inputs) => unaryOutputs("sign", inputs, signedTypes),
  meaning: { expression: (inputs) => unaryExpression(inputs, signOf) },
};

/**
 * -1, 0 or 1, as x is negative, zero or positive; NaN stays NaN. The gradient is 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32, f16 or i32.
 *
 * @example sign(tensor([-3, 0, 5])) // [-1, 0, 1]
 */
export function sign(x: Tensor): Tensor {
  return execute(signOp, [x], {})[0]!;
}
