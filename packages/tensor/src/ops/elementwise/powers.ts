import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { isTensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { arithmeticTypes, floatTypes } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import type { TensorOrNumber } from "./operands/binary.ts";
import { buildBinary, callBinary, computeBinaryOutputs } from "./operands/binary.ts";
import { buildUnary, computeUnaryOutputs } from "./operands/unary.ts";

/** y = x x. */
export const squareOp: Op = {
  name: "square",
  outputs: (inputs) => computeUnaryOutputs("square", inputs, arithmeticTypes),
  meaning: { expression: (inputs) => buildUnary(inputs, (x) => e.mul(x, x)) },
};

/**
 * x * x.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32, f16, i32 or u32.
 *
 * @example square(tensor([3, -2])) // [9, 4]
 */
export function square(x: Tensor): Tensor {
  return execute(squareOp, [x], {})[0]!;
}

/** y = sqrt(x). */
export const sqrtOp: Op = {
  name: "sqrt",
  outputs: (inputs) => computeUnaryOutputs("sqrt", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, e.sqrt) },
};

/**
 * The square root; NaN below 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example sqrt(tensor([4, 9])) // [2, 3]
 */
export function sqrt(x: Tensor): Tensor {
  return execute(sqrtOp, [x], {})[0]!;
}

/** y = 1 / sqrt(x). */
export const rsqrtOp: Op = {
  name: "rsqrt",
  outputs: (inputs) => computeUnaryOutputs("rsqrt", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, (x) => e.div(1, e.sqrt(x))) },
};

/**
 * 1 / sqrt(x): Infinity at 0, NaN below 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example rsqrt(tensor([4, 16])) // [0.5, 0.25]
 */
export function rsqrt(x: Tensor): Tensor {
  return execute(rsqrtOp, [x], {})[0]!;
}

/** y = 1 / x. */
export const reciprocalOp: Op = {
  name: "reciprocal",
  outputs: (inputs) => computeUnaryOutputs("reciprocal", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, (x) => e.div(1, x)) },
};

/**
 * 1 / x.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example reciprocal(tensor([4, -2])) // [0.25, -0.5]
 */
export function reciprocal(x: Tensor): Tensor {
  return execute(reciprocalOp, [x], {})[0]!;
}

/** y = base^exponent; an absent one is the scalar of the call. */
export const powerOp: Op = {
  name: "power",
  outputs: (inputs) => computeBinaryOutputs("power", inputs, floatTypes),
  meaning: { expression: (inputs) => buildBinary(inputs, e.pow) },
};

/**
 * base to the power of exponent; NaN for a finite negative base with a fractional exponent. Special values are those of
 * IEEE 754: 1 to any power, even to NaN, is 1. The exponent 2 is computed by `square`. Results are within 3 units in the last
 * place on the CPU, and within 256 on WebGPU.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are f32
 * or both f16.
 *
 * @example power(tensor([4, 9]), 0.5) // [2, 3]
 */
export function power(base: TensorOrNumber, exponent: TensorOrNumber): Tensor {
  if (exponent === 2 && isTensor(base)) return square(base);
  return callBinary(powerOp, base, exponent);
}
