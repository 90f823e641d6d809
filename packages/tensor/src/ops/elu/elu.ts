import { checkOptions } from "../../checks/check.ts";
import { finite } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** The exponential never sees a positive x: its overflow would make the gradient 0 * Infinity. */
function eluOf(x: Value, alpha: Value): Value {
  const positive = e.greater(x, 0);
  return e.select(positive, x, e.mul(alpha, e.expm1(e.select(positive, 0, x))));
}

/** y = x for x > 0, else alpha (e^x - 1); alpha is the scalar of the call. */
export const eluOp: Op = {
  name: "elu",
  outputs: (inputs) => unaryOutputs("elu", inputs),
  meaning: {
    expression: (inputs) => unaryExpression(inputs, (x, alpha) => eluOf(x, alpha!), { scalars: 1 }),
  },
};

/**
 * x where it is positive, alpha * (exp(x) - 1) elsewhere.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @param options.alpha default 1 (Clevert et al. 2016)
 * @example elu(tensor([-1, 2])) // [-0.6321, 2]
 */
export function elu(x: Tensor, options: { readonly alpha?: number } = {}): Tensor {
  checkOptions<typeof options>("elu", options, { alpha: finite });
  const { alpha = 1 } = options;
  return execute(eluOp, [x], {}, { scalars: [alpha] })[0]!;
}
