import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { buildUnary, computeUnaryOutputs } from "./operands/unary.ts";

/** The powers of both signs are those of x / 2, whose squares reach as far as the result. */
const buildHalves = (x: Value, power: (x: Value) => Value): [Value, Value] => [
  power(e.mul(x, 0.5)),
  power(e.mul(x, -0.5)),
];

/** (e^h - e^-h) (e^h + e^-h) / 2 with h = x / 2: the difference of e^h - 1 and e^-h - 1 does not cancel near 0. */
function buildSinh(x: Value): Value {
  const [up, down] = buildHalves(x, e.expm1);
  return e.mul(e.mul(e.sub(up, down), 0.5), e.add(e.add(up, down), 2));
}

/** y = (e^x - e^-x) / 2. */
export const sinhOp: Op = {
  name: "sinh",
  outputs: (inputs) => computeUnaryOutputs("sinh", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, buildSinh) },
};

/**
 * The hyperbolic sine.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example sinh(tensor([0, 1])) // [0, 1.1752]
 */
export function sinh(x: Tensor): Tensor {
  return execute(sinhOp, [x], {})[0]!;
}

function buildCosh(x: Value): Value {
  const [up, down] = buildHalves(x, e.exp);
  return e.add(e.mul(e.mul(up, 0.5), up), e.mul(e.mul(down, 0.5), down));
}

/** y = (e^x + e^-x) / 2. */
export const coshOp: Op = {
  name: "cosh",
  outputs: (inputs) => computeUnaryOutputs("cosh", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, buildCosh) },
};

/**
 * The hyperbolic cosine.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example cosh(tensor([0, 1])) // [1, 1.5431]
 */
export function cosh(x: Tensor): Tensor {
  return execute(coshOp, [x], {})[0]!;
}

/** From here on 1 + x^2 and x^2 - 1 are x^2 even in float64, while x^2 is far from overflowing in f32. */
const far = 1e12;

/** An odd function from its values at positive x. One condition selects both signs, so that the slope at 0 is right. */
function buildOdd(x: Value, body: (x: Value) => Value): Value {
  const isNegative = e.less(x, 0);
  const value = body(e.select(isNegative, e.neg(x), x));
  return e.select(isNegative, e.neg(value), value);
}

/** ln(2 x) for large x, otherwise the logarithm of 1 + `rest`, which does not overflow where it is not selected. */
function buildLogarithm(x: Value, rest: (x: Value) => Value): Value {
  const isFar = e.greater(x, far);
  const size = e.select(isFar, e.sub(x, 1), rest(e.select(isFar, 1, x)));
  return e.add(e.log1p(size), e.select(isFar, e.constantLike(x, Math.LN2), 0));
}

/** ln(x + sqrt(x^2 + 1)) = ln(1 + x + x^2 / (1 + sqrt(x^2 + 1))). */
const buildAsinh = (x: Value): Value =>
  buildOdd(x, (size) =>
    buildLogarithm(size, (z) => {
      const square = e.mul(z, z);
      return e.add(z, e.div(square, e.add(1, e.sqrt(e.add(1, square)))));
    }),
  );

/** y = arsinh x. */
export const asinhOp: Op = {
  name: "asinh",
  outputs: (inputs) => computeUnaryOutputs("asinh", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, buildAsinh) },
};

/**
 * The inverse hyperbolic sine.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example asinh(tensor([0, 1])) // [0, 0.8814]
 */
export function asinh(x: Tensor): Tensor {
  return execute(asinhOp, [x], {})[0]!;
}

/** ln(x + sqrt(x^2 - 1)) = ln(1 + t + sqrt(t (t + 2))) with t = x - 1. */
const buildAcosh = (x: Value): Value =>
  buildLogarithm(x, (z) => {
    const t = e.sub(z, 1);
    return e.add(t, e.sqrt(e.mul(t, e.add(t, 2))));
  });

/** y = arcosh x. */
export const acoshOp: Op = {
  name: "acosh",
  outputs: (inputs) => computeUnaryOutputs("acosh", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, buildAcosh) },
};

/**
 * The inverse hyperbolic cosine; NaN below 1.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example acosh(tensor([1, 2])) // [0, 1.317]
 */
export function acosh(x: Tensor): Tensor {
  return execute(acoshOp, [x], {})[0]!;
}

/** y = artanh x. */
export const atanhOp: Op = {
  name: "atanh",
  outputs: (inputs) => computeUnaryOutputs("atanh", inputs),
  meaning: {
    expression: (inputs) =>
      buildUnary(inputs, (x) => buildOdd(x, (z) => e.mul(0.5, e.log1p(e.div(e.mul(2, z), e.sub(1, z)))))),
  },
};

/**
 * The inverse hyperbolic tangent: infinite at -1 and 1, NaN beyond.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example atanh(tensor([0, 0.5])) // [0, 0.5493]
 */
export function atanh(x: Tensor): Tensor {
  return execute(atanhOp, [x], {})[0]!;
}
