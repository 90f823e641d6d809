import { checkOptions } from "../../checks/check.ts";
import { positive } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { buildElu, buildSoftplus } from "./activation.ts";
import { buildUnary, computeUnaryOutputs } from "./operands/unary.ts";

/** With these, activations keep mean 0 and variance 1 from layer to layer (Klambauer et al. 2017, equation 14). */
const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

/** y = scale x for x > 0, else scale alpha (e^x - 1). */
export const seluOp: Op = {
  name: "selu",
  outputs: (inputs) => computeUnaryOutputs("selu", inputs),
  meaning: {
    expression: (inputs) =>
      buildUnary(inputs, (x) => e.mul(seluScale, buildElu(x, e.constantLike(x, seluAlpha)))),
  },
};

/**
 * The scaled exponential linear unit, 1.0507 * (x where it is positive, 1.6733 * (exp(x) - 1) elsewhere). Its weights are
 * initialized by LeCun's rule, and their dropout is `AlphaDropout`.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example selu(tensor([-1, 2])) // [-1.1113, 2.1014]
 */
export function selu(x: Tensor): Tensor {
  return execute(seluOp, [x], {})[0]!;
}

/** y = x for x > 0, else alpha (e^(x / alpha) - 1); alpha is the scalar of the call. */
export const celuOp: Op = {
  name: "celu",
  outputs: (inputs) => computeUnaryOutputs("celu", inputs),
  meaning: {
    expression: (inputs) =>
      buildUnary(inputs, (x, alpha) => e.mul(alpha!, buildElu(e.div(x, alpha!), e.constantLike(x, 1))), {
        scalars: 1,
      }),
  },
};

/**
 * x where it is positive, alpha * (exp(x / alpha) - 1) elsewhere. Unlike that of `elu`, its slope is continuous for every alpha.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16, ArgumentError unless alpha is positive.
 *
 * @param options.alpha default 1 (Barron 2017)
 * @example celu(tensor([-1, 2]), { alpha: 2 }) // [-0.7869, 2]
 */
export function celu(x: Tensor, options: { readonly alpha?: number } = {}): Tensor {
  checkOptions<typeof options>("celu", options, { alpha: positive });
  const { alpha = 1 } = options;
  return execute(celuOp, [x], {}, { scalars: [alpha] })[0]!;
}

/** y = -ln(1 + e^-x). */
export const logSigmoidOp: Op = {
  name: "logSigmoid",
  outputs: (inputs) => computeUnaryOutputs("logSigmoid", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, (x) => e.neg(buildSoftplus(e.neg(x)))) },
};

/**
 * log(sigmoid(x)), which is finite wherever x is.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example logSigmoid(tensor([0, -100])) // [-0.6931, -100]
 */
export function logSigmoid(x: Tensor): Tensor {
  return execute(logSigmoidOp, [x], {})[0]!;
}

/**
 * x n / d with n / d = tanh(softplus(x)). With z = e^-|x|, n is 1 + 2 z for x >= 0, else z^2 + 2 z, and d exceeds it by 2 z^2 or 2:
 * one exponential that does not overflow.
 */
function buildMish(x: Value): Value {
  const positive = e.greaterEqual(x, 0);
  const z = e.exp(e.select(positive, e.neg(x), x));
  const n = e.select(positive, e.add(1, e.mul(2, z)), e.mul(z, e.add(z, 2)));
  const d = e.add(n, e.select(positive, e.mul(2, e.mul(z, z)), 2));
  return e.mul(x, e.div(n, d));
}

/** y = x tanh(ln(1 + e^x)). */
export const mishOp: Op = {
  name: "mish",
  outputs: (inputs) => computeUnaryOutputs("mish", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, buildMish) },
};

/**
 * x * tanh(softplus(x)) (Misra 2019).
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example mish(tensor([-1, 2])) // [-0.3034, 1.944]
 */
export function mish(x: Tensor): Tensor {
  return execute(mishOp, [x], {})[0]!;
}

/**
 * x / (1 + |x|) up to 1, beyond it the same as 1 - 1 / (1 + |x|) with the sign of x: the derivative of the quotient would be a
 * difference of almost equal numbers there.
 */
function buildSoftsign(x: Value): Value {
  const isFar = e.greater(e.abs(x), 1);
  const near = e.select(isFar, 0, x);
  const rest = e.sub(1, e.div(1, e.add(1, e.abs(x))));
  return e.select(isFar, e.select(e.greater(x, 0), rest, e.neg(rest)), e.div(near, e.add(1, e.abs(near))));
}

/** y = x / (1 + |x|). */
export const softsignOp: Op = {
  name: "softsign",
  outputs: (inputs) => computeUnaryOutputs("softsign", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, buildSoftsign) },
};

/**
 * x / (1 + |x|); 1 or -1 at the infinities.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example softsign(tensor([-3, 0.25])) // [-0.75, 0.2]
 */
export function softsign(x: Tensor): Tensor {
  return execute(softsignOp, [x], {})[0]!;
}
