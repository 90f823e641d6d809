import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import * as e from "../../expression/functions.ts";
import { buildUnary, computeUnaryOutputs } from "./operands/unary.ts";

/** y = the smallest integer >= x. */
export const ceilOp: Op = {
  name: "ceil",
  outputs: (inputs) => computeUnaryOutputs("ceil", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, e.ceil) },
};

/**
 * The smallest integer that is not less than x. The gradient is 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example ceil(tensor([1.5, -1.5])) // [2, -1]
 */
export function ceil(x: Tensor): Tensor {
  return execute(ceilOp, [x], {})[0]!;
}

/** y = the largest integer <= x. */
export const floorOp: Op = {
  name: "floor",
  outputs: (inputs) => computeUnaryOutputs("floor", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, e.floor) },
};

/**
 * The largest integer that is not greater than x. The gradient is 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example floor(tensor([1.5, -1.5])) // [1, -2]
 */
export function floor(x: Tensor): Tensor {
  return execute(floorOp, [x], {})[0]!;
}

/** y = the integer nearest to x, with ties to even. */
export const roundOp: Op = {
  name: "round",
  outputs: (inputs) => computeUnaryOutputs("round", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, e.round) },
};

/**
 * The nearest integer; ties are rounded to even. The gradient is 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example round(tensor([0.5, 1.5, -1.7])) // [0, 2, -2]
 */
export function round(x: Tensor): Tensor {
  return execute(roundOp, [x], {})[0]!;
}

/** y = x without its fractional part. */
export const truncOp: Op = {
  name: "trunc",
  outputs: (inputs) => computeUnaryOutputs("trunc", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, e.trunc) },
};

/**
 * x without its fractional part. The gradient is 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example trunc(tensor([1.5, -1.5])) // [1, -1]
 */
export function trunc(x: Tensor): Tensor {
  return execute(truncOp, [x], {})[0]!;
}
