import { checkOptions } from "../../checks/check.ts";
import { oneOf } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

export interface GeluAttributes {
  /** `none`: with the error function; `tanh`: the approximation that GPT-2 and BERT were trained with. */
  readonly approximate: "none" | "tanh";
}

const exact = (x: Value): Value => e.mul(e.mul(0.5, x), e.add(1, e.erf(e.mul(x, Math.SQRT1_2))));

/**
 * x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), Hendrycks and Gimpel 2016. From |x| = 10 on the tangent is 1 to the
 * last bit; the bound keeps x^3 finite and so the gradient a number.
 */
function approximation(x: Value): Value {
  const bounded = e.select(e.greater(x, 10), 10, e.select(e.less(x, -10), -10, x));
  const cubic = e.mul(bounded, e.add(1, e.mul(0.044715, e.mul(bounded, bounded))));
  return e.mul(e.mul(0.5, x), e.add(1, e.tanh(e.mul(Math.sqrt(2 / Math.PI), cubic))));
}

/** y = x times the standard normal distribution function of x, or its approximation. */
export const geluOp: Op<GeluAttributes> = {
  name: "gelu",
  outputs: (inputs) => unaryOutputs("gelu", inputs),
  meaning: {
    expression: (inputs, { approximate }) =>
      unaryExpression(inputs, approximate === "tanh" ? approximation : exact),
  },
};

/**
 * The Gaussian error linear unit, x / 2 (1 + erf(x / sqrt(2))).
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16, ArgumentError for an unknown approximation.
 *
 * @param options.approximate `tanh` for the approximation with the hyperbolic tangent; default `none`
 * @example gelu(tensor([-1, 1])) // [-0.1587, 0.8413]
 */
export function gelu(
  x: Tensor,
  options: { readonly approximate?: GeluAttributes["approximate"] } = {},
): Tensor {
  checkOptions<typeof options>("gelu", options, { approximate: oneOf("none", "tanh") });
  const { approximate = "none" } = options;
  return execute(geluOp, [x], { approximate })[0]!;
}
