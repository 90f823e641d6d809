import { checkOptions } from "../../checks/check.ts";
import { positive } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** max(t, 0) + log1p(exp(-|t|)) for t = beta x: nothing overflows, in the derivatives neither. */
function softplusOf(x: Value, beta: Value): Value {
  const t = e.mul(x, beta);
  const positive = e.greater(t, 0);
  const tail = e.log1p(e.exp(e.select(positive, e.neg(t), t)));
  return e.div(e.add(e.select(positive, t, 0), tail), beta);
}

/** y = ln(1 + e^(beta x)) / beta; beta is the scalar of the call. */
export const softplusOp: Op = {
  name: "softplus",
  outputs: (inputs) => unaryOutputs("softplus", inputs),
  meaning: {
    expression: (inputs) => unaryExpression(inputs, (x, beta) => softplusOf(x, beta!), { scalars: 1 }),
  },
};

/**
 * log(1 + exp(beta * x)) / beta, a smooth maximum of x and 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16, ArgumentError unless beta is positive.
 *
 * @param options.beta the sharpness of the bend, default 1
 * @example softplus(tensor([0, 100])) // [0.6931, 100]
 */
export function softplus(x: Tensor, options: { readonly beta?: number } = {}): Tensor {
  checkOptions<typeof options>("softplus", options, { beta: positive });
  const { beta = 1 } = options;
  return execute(softplusOp, [x], {}, { scalars: [beta] })[0]!;
}
