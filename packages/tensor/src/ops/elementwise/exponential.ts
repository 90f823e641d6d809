import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import * as e from "../../expression/functions.ts";
import { buildUnary, computeUnaryOutputs } from "./operands/unary.ts";

/** y = e^x. */
export const expOp: Op = {
  name: "exp",
  outputs: (inputs) => computeUnaryOutputs("exp", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, e.exp) },
};

/**
 * e to the power of x.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example exp(tensor([0, 1])) // [1, 2.7183]
 */
export function exp(x: Tensor): Tensor {
  return execute(expOp, [x], {})[0]!;
}

/** y = e^x - 1. */
export const expm1Op: Op = {
  name: "expm1",
  outputs: (inputs) => computeUnaryOutputs("expm1", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, e.expm1) },
};

/**
 * exp(x) - 1 without cancellation near 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example expm1(tensor([1e-6])) // [1.0000005e-6]
 */
export function expm1(x: Tensor): Tensor {
  return execute(expm1Op, [x], {})[0]!;
}

/** y = ln x. */
export const logOp: Op = {
  name: "log",
  outputs: (inputs) => computeUnaryOutputs("log", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, e.log) },
};

/**
 * The natural logarithm: -Infinity at 0, NaN below 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example log(tensor([1, Math.E])) // [0, 1]
 */
export function log(x: Tensor): Tensor {
  return execute(logOp, [x], {})[0]!;
}

/** y = ln(1 + x). */
export const log1pOp: Op = {
  name: "log1p",
  outputs: (inputs) => computeUnaryOutputs("log1p", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, e.log1p) },
};

/**
 * log(1 + x) without cancellation near 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example log1p(tensor([1e-6])) // [9.999995e-7]
 */
export function log1p(x: Tensor): Tensor {
  return execute(log1pOp, [x], {})[0]!;
}

/** y = erf x. */
export const erfOp: Op = {
  name: "erf",
  outputs: (inputs) => computeUnaryOutputs("erf", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, e.erf) },
};

/**
 * The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example erf(tensor([0, 1])) // [0, 0.8427]
 */
export function erf(x: Tensor): Tensor {
  return execute(erfOp, [x], {})[0]!;
}
