import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import type { TensorOrNumber } from "./operands/binary.ts";
import { buildBinary, callBinary, computeBinaryOutputs } from "./operands/binary.ts";
import { buildUnary, computeUnaryOutputs } from "./operands/unary.ts";

/** y = 2^x. */
export const exp2Op: Op = {
  name: "exp2",
  outputs: (inputs) => computeUnaryOutputs("exp2", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, (x) => e.pow(2, x)) },
};

/**
 * 2 to the power of x: exact for whole numbers on the CPU.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example exp2(tensor([0, 3])) // [1, 8]
 */
export function exp2(x: Tensor): Tensor {
  return execute(exp2Op, [x], {})[0]!;
}

/**
 * e + log2(x 2^-e), where e is the exponent that brings x 2^-e between 3/4 and 3/2: powers of two are exact. The exponent is taken
 * from the bits of x, so it has no gradient, and that of the rest is the gradient of the whole.
 */
function buildLog2(x: Value): Value {
  const bits = e.and(e.bitcast(x, "u32"), 0x7fffffff);
  const exponent = e.min(e.sub(e.bitcast(e.shiftRight(e.add(bits, 0x400000), 23), "i32"), 127), 126);
  const scale = e.bitcast(e.shiftLeft(e.sub(127, exponent), 23), "f32");
  return e.add(e.cast(exponent, "f32"), e.mul(e.log(e.mul(x, scale)), Math.LOG2E));
}

/** y = log2 x. */
export const log2Op: Op = {
  name: "log2",
  outputs: (inputs) => computeUnaryOutputs("log2", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, buildLog2) },
};

/**
 * The logarithm to the base 2: exact for powers of two on the CPU, -Infinity at 0, NaN below 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example log2(tensor([1, 8])) // [0, 3]
 */
export function log2(x: Tensor): Tensor {
  return execute(log2Op, [x], {})[0]!;
}

/** y = log10 x. */
export const log10Op: Op = {
  name: "log10",
  outputs: (inputs) => computeUnaryOutputs("log10", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, (x) => e.mul(e.log(x), Math.LOG10E)) },
};

/**
 * The logarithm to the base 10: -Infinity at 0, NaN below 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example log10(tensor([1, 1000])) // [0, 3]
 */
export function log10(x: Tensor): Tensor {
  return execute(log10Op, [x], {})[0]!;
}

/** The larger operand plus log1p(e^-d), where d is the distance to the other one; d is 0 for two equal infinities. */
function buildLogAddExp(a: Value, b: Value): Value {
  const isLarger = e.greater(a, b);
  const [high, low] = [e.select(isLarger, a, b), e.select(isLarger, b, a)];
  const isSameInfinity = e.and(e.equal(a, b), e.equal(e.abs(a), Number.POSITIVE_INFINITY));
  return e.add(high, e.log1p(e.exp(e.select(isSameInfinity, 0, e.sub(low, high)))));
}

/** y = ln(e^a + e^b); an absent operand is the scalar of the call. */
export const logaddexpOp: Op = {
  name: "logaddexp",
  outputs: (inputs) => computeBinaryOutputs("logaddexp", inputs, floatTypes),
  meaning: { expression: (inputs) => buildBinary(inputs, buildLogAddExp) },
};

/**
 * log(exp(a) + exp(b)), where neither power overflows.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are f32
 * or both f16.
 *
 * @example logaddexp(tensor([0, 1000]), tensor([0, 1000])) // [0.6931, 1000.7]
 */
export function logaddexp(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(logaddexpOp, a, b);
}
