import { checkOptions } from "../../checks/check.ts";
import { finite, oneOf, positive } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { buildUnary, computeUnaryOutputs } from "./operands/unary.ts";

/** y = x for x > 0 and NaN, else 0. */
export const reluOp: Op = {
  name: "relu",
  outputs: (inputs) => computeUnaryOutputs("relu", inputs),
  // A comparison instead of a maximum makes the slope at 0 zero and preserves NaN.
  meaning: { expression: (inputs) => buildUnary(inputs, (x) => e.select(e.lessEqual(x, 0), 0, x)) },
};

/**
 * max(x, 0).
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example relu(tensor([-1, 2])) // [0, 2]
 */
export function relu(x: Tensor): Tensor {
  return execute(reluOp, [x], {})[0]!;
}

/** y = x for x > 0, else slope x; the slope is the scalar of the call. */
export const leakyReluOp: Op = {
  name: "leakyRelu",
  outputs: (inputs) => computeUnaryOutputs("leakyRelu", inputs),
  meaning: {
    expression: (inputs) =>
      buildUnary(inputs, (x, slope) => e.select(e.greater(x, 0), x, e.mul(x, slope!)), { scalars: 1 }),
  },
};

/**
 * x where it is positive, x * negativeSlope elsewhere.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @param options.negativeSlope default 0.01 (Maas et al. 2013)
 * @example leakyRelu(tensor([-1, 2]), { negativeSlope: 0.1 }) // [-0.1, 2]
 */
export function leakyRelu(x: Tensor, options: { readonly negativeSlope?: number } = {}): Tensor {
  checkOptions<typeof options>("leakyRelu", options, { negativeSlope: finite });
  const { negativeSlope = 0.01 } = options;
  return execute(leakyReluOp, [x], {}, { scalars: [negativeSlope] })[0]!;
}

/** The exponential is never evaluated at a positive x: its overflow would make the gradient 0 * Infinity. */
export function buildElu(x: Value, alpha: Value): Value {
  const positive = e.greater(x, 0);
  return e.select(positive, x, e.mul(alpha, e.expm1(e.select(positive, 0, x))));
}

/** y = x for x > 0, else alpha (e^x - 1); alpha is the scalar of the call. */
export const eluOp: Op = {
  name: "elu",
  outputs: (inputs) => computeUnaryOutputs("elu", inputs),
  meaning: {
    expression: (inputs) => buildUnary(inputs, (x, alpha) => buildElu(x, alpha!), { scalars: 1 }),
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

/** max(t, 0) + log1p(exp(-|t|)): nothing overflows, not even in the derivatives. */
export function buildSoftplus(t: Value): Value {
  const positive = e.greater(t, 0);
  const tail = e.log1p(e.exp(e.select(positive, e.neg(t), t)));
  return e.add(e.select(positive, t, 0), tail);
}

/** y = ln(1 + e^(beta x)) / beta; beta is the scalar of the call. */
export const softplusOp: Op = {
  name: "softplus",
  outputs: (inputs) => computeUnaryOutputs("softplus", inputs),
  meaning: {
    expression: (inputs) =>
      buildUnary(inputs, (x, beta) => e.div(buildSoftplus(e.mul(x, beta!)), beta!), { scalars: 1 }),
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

export interface GeluAttributes {
  /** `none` uses the error function; `tanh` is the approximation with which GPT-2 and BERT were trained. */
  readonly approximate: "none" | "tanh";
}

const exact = (x: Value): Value => e.mul(e.mul(0.5, x), e.add(1, e.erf(e.mul(x, Math.SQRT1_2))));

/**
 * x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), Hendrycks and Gimpel 2016. For |x| >= 10 the tangent is 1 to the
 * last bit; limiting x to this bound keeps x^3 finite, so that the gradient is not NaN.
 */
function approximation(x: Value): Value {
  const bounded = e.select(e.greater(x, 10), 10, e.select(e.less(x, -10), -10, x));
  const cubic = e.mul(bounded, e.add(1, e.mul(0.044715, e.mul(bounded, bounded))));
  return e.mul(e.mul(0.5, x), e.add(1, e.tanh(e.mul(Math.sqrt(2 / Math.PI), cubic))));
}

/** y = x times the standard normal distribution function of x, or its approximation. */
export const geluOp: Op<GeluAttributes> = {
  name: "gelu",
  outputs: (inputs) => computeUnaryOutputs("gelu", inputs),
  meaning: {
    expression: (inputs, { approximate }) =>
      buildUnary(inputs, approximate === "tanh" ? approximation : exact),
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

/** y = x / (1 + e^-x). */
export const siluOp: Op = {
  name: "silu",
  outputs: (inputs) => computeUnaryOutputs("silu", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, (x) => e.mul(x, e.sigmoid(x))) },
};

/**
 * x * sigmoid(x), also known as swish.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example silu(tensor([-1, 2])) // [-0.2689, 1.7616]
 */
export function silu(x: Tensor): Tensor {
  return execute(siluOp, [x], {})[0]!;
}

/** y = 1 / (1 + e^-x). */
export const sigmoidOp: Op = {
  name: "sigmoid",
  outputs: (inputs) => computeUnaryOutputs("sigmoid", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, e.sigmoid) },
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

/** y = tanh x. */
export const tanhOp: Op = {
  name: "tanh",
  outputs: (inputs) => computeUnaryOutputs("tanh", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, e.tanh) },
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
