import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import * as e from "../../expression/functions.ts";
import { buildUnary, computeUnaryOutputs } from "./operands/unary.ts";

/** y = sin x. */
export const sinOp: Op = {
  name: "sin",
  outputs: (inputs) => computeUnaryOutputs("sin", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, e.sin) },
};

/**
 * The sine of x, in radians: within 4 units in the last place for every x.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example sin(tensor([0, Math.PI / 2])) // [0, 1]
 */
export function sin(x: Tensor): Tensor {
  return execute(sinOp, [x], {})[0]!;
}

/** y = cos x. */
export const cosOp: Op = {
  name: "cos",
  outputs: (inputs) => computeUnaryOutputs("cos", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, e.cos) },
};

/**
 * The cosine of x, in radians: within 4 units in the last place for every x.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example cos(tensor([0, Math.PI])) // [1, -1]
 */
export function cos(x: Tensor): Tensor {
  return execute(cosOp, [x], {})[0]!;
}
