import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import type { TensorOrNumber } from "./operands/binary.ts";
import { buildBinary, callBinary, computeBinaryOutputs } from "./operands/binary.ts";
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

/** y = tan x. */
export const tanOp: Op = {
  name: "tan",
  outputs: (inputs) => computeUnaryOutputs("tan", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, (x) => e.div(e.sin(x), e.cos(x))) },
};

/**
 * The tangent of x, in radians.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example tan(tensor([0, Math.PI / 4])) // [0, 1]
 */
export function tan(x: Tensor): Tensor {
  return execute(tanOp, [x], {})[0]!;
}

/** sqrt(1 - x^2), without cancellation near 1 and -1, and with an infinite slope there: a root of the product would have 0 * Infinity. */
const buildOtherSide = (x: Value): Value => e.mul(e.sqrt(e.sub(1, x)), e.sqrt(e.add(1, x)));

/** y = arcsin x. */
export const asinOp: Op = {
  name: "asin",
  outputs: (inputs) => computeUnaryOutputs("asin", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, (x) => e.atan2(x, buildOtherSide(x))) },
};

/**
 * The angle in [-pi / 2, pi / 2] whose sine is x; NaN outside of [-1, 1].
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example asin(tensor([0, 1])) // [0, 1.5708]
 */
export function asin(x: Tensor): Tensor {
  return execute(asinOp, [x], {})[0]!;
}

/** y = arccos x. */
export const acosOp: Op = {
  name: "acos",
  outputs: (inputs) => computeUnaryOutputs("acos", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, (x) => e.atan2(buildOtherSide(x), x)) },
};

/**
 * The angle in [0, pi] whose cosine is x; NaN outside of [-1, 1].
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example acos(tensor([1, 0])) // [0, 1.5708]
 */
export function acos(x: Tensor): Tensor {
  return execute(acosOp, [x], {})[0]!;
}

/** y = arctan x. */
export const atanOp: Op = {
  name: "atan",
  outputs: (inputs) => computeUnaryOutputs("atan", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, (x) => e.atan2(x, e.constantLike(x, 1))) },
};

/**
 * The angle in [-pi / 2, pi / 2] whose tangent is x.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example atan(tensor([0, 1])) // [0, 0.7854]
 */
export function atan(x: Tensor): Tensor {
  return execute(atanOp, [x], {})[0]!;
}

/** y = the angle of the point (b, a); an absent operand is the scalar of the call. */
export const atan2Op: Op = {
  name: "atan2",
  outputs: (inputs) => computeBinaryOutputs("atan2", inputs, floatTypes),
  meaning: { expression: (inputs) => buildBinary(inputs, e.atan2) },
};

/**
 * The angle in [-pi, pi] between the positive x-axis and the point with y = a and x = b. At the origin, the gradient is 0.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are f32
 * or both f16.
 *
 * @example atan2(tensor([1, 1]), tensor([1, -1])) // [0.7854, 2.3562]
 */
export function atan2(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(atan2Op, a, b);
}
