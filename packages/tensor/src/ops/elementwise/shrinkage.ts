import { checkOptions, checkValue } from "../../checks/check.ts";
import { finite, nonNegative } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import * as e from "../../expression/functions.ts";
import { buildUnary, computeUnaryOutputs } from "./operands/unary.ts";

/** y = x - lambda above lambda, x + lambda below -lambda, 0 between them; lambda is the scalar of the call. */
export const softshrinkOp: Op = {
  name: "softshrink",
  outputs: (inputs) => computeUnaryOutputs("softshrink", inputs),
  meaning: {
    expression: (inputs) =>
      buildUnary(
        inputs,
        (x, lambda) => {
          const moved = e.select(e.greater(x, 0), e.sub(x, lambda!), e.add(x, lambda!));
          return e.select(e.lessEqual(e.abs(x), lambda!), 0, moved);
        },
        { scalars: 1 },
      ),
  },
};

/** A width around 0 within which values become 0. */
export interface ShrinkOptions {
  /** At least 0; default 0.5. */
  readonly lambda?: number;
}

function shrink(op: Op, x: Tensor, options: ShrinkOptions): Tensor {
  checkOptions<ShrinkOptions>(op.name, options, { lambda: nonNegative });
  const { lambda = 0.5 } = options;
  return execute(op, [x], {}, { scalars: [lambda] })[0]!;
}

/**
 * x moved towards 0 by lambda, and 0 for values that are not farther away than that. NaN stays.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16, ArgumentError for a negative lambda.
 *
 * @example softshrink(tensor([-2, 0.25, 1])) // [-1.5, 0, 0.5]
 */
export function softshrink(x: Tensor, options: ShrinkOptions = {}): Tensor {
  return shrink(softshrinkOp, x, options);
}

/** y = x where |x| > lambda, else 0; lambda is the scalar of the call. */
export const hardshrinkOp: Op = {
  name: "hardshrink",
  outputs: (inputs) => computeUnaryOutputs("hardshrink", inputs),
  meaning: {
    expression: (inputs) =>
      buildUnary(inputs, (x, lambda) => e.select(e.lessEqual(e.abs(x), lambda!), 0, x), { scalars: 1 }),
  },
};

/**
 * x, and 0 for values that are not farther than lambda from 0. NaN stays.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16, ArgumentError for a negative lambda.
 *
 * @example hardshrink(tensor([-2, 0.25, 1])) // [-2, 0, 1]
 */
export function hardshrink(x: Tensor, options: ShrinkOptions = {}): Tensor {
  return shrink(hardshrinkOp, x, options);
}

/** y = x - tanh x. */
export const tanhshrinkOp: Op = {
  name: "tanhshrink",
  outputs: (inputs) => computeUnaryOutputs("tanhshrink", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, (x) => e.sub(x, e.tanh(x))) },
};

/**
 * x - tanh(x).
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example tanhshrink(tensor([-1, 0, 3])) // [-0.2384, 0, 2.0049]
 */
export function tanhshrink(x: Tensor): Tensor {
  return execute(tanhshrinkOp, [x], {})[0]!;
}

/** y = x above the threshold and for NaN, else the value; both are scalars of the call. */
export const thresholdOp: Op = {
  name: "threshold",
  outputs: (inputs) => computeUnaryOutputs("threshold", inputs),
  meaning: {
    expression: (inputs) =>
      buildUnary(inputs, (x, limit, value) => e.select(e.lessEqual(x, limit!), value!, x), { scalars: 2 }),
  },
};

/**
 * x where it is greater than the limit, the value elsewhere. NaN stays.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16, ArgumentError unless both numbers are finite.
 *
 * @example threshold(tensor([0.5, 1, 2]), 1, -7) // [-7, -7, 2]
 */
export function threshold(x: Tensor, limit: number, value: number): Tensor {
  checkValue("threshold: limit", limit, finite);
  checkValue("threshold: value", value, finite);
  return execute(thresholdOp, [x], {}, { scalars: [limit, value] })[0]!;
}
