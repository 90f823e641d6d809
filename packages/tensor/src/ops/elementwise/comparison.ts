import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { allTypes, orderedTypes } from "../../expression/dtype-kinds.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import type { TensorOrNumber } from "./operands/binary.ts";
import { buildBinary, callBinary, computeBinaryOutputs } from "./operands/binary.ts";
import { buildUnary, computeUnaryOutputs } from "./operands/unary.ts";

/** y = (a = b); an absent operand is the scalar of the call. */
export const equalOp: Op = {
  name: "equal",
  outputs: (inputs) => computeBinaryOutputs("equal", inputs, allTypes, "bool"),
  meaning: { expression: (inputs) => buildBinary(inputs, e.equal, "bool") },
};

/**
 * Whether a = b, as bool.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both have one dtype.
 *
 * @example equal(tensor([1, 2]), 2) // [false, true]
 */
export function equal(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(equalOp, a, b);
}

/** y = (a is not b); an absent operand is the scalar of the call. */
export const notEqualOp: Op = {
  name: "notEqual",
  outputs: (inputs) => computeBinaryOutputs("notEqual", inputs, allTypes, "bool"),
  meaning: { expression: (inputs) => buildBinary(inputs, e.notEqual, "bool") },
};

/**
 * Whether a is not b (NaN differs from everything), as bool.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both have one dtype.
 *
 * @example notEqual(tensor([1, 2]), 2) // [true, false]
 */
export function notEqual(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(notEqualOp, a, b);
}

/** y = (a < b); an absent operand is the scalar of the call. */
export const lessOp: Op = {
  name: "less",
  outputs: (inputs) => computeBinaryOutputs("less", inputs, orderedTypes, "bool"),
  meaning: { expression: (inputs) => buildBinary(inputs, e.less, "bool") },
};

/**
 * Whether a < b, as bool.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both have one dtype, other than bool.
 *
 * @example less(tensor([1, 2]), 2) // [true, false]
 */
export function less(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(lessOp, a, b);
}

/** y = (a <= b); an absent operand is the scalar of the call. */
export const lessEqualOp: Op = {
  name: "lessEqual",
  outputs: (inputs) => computeBinaryOutputs("lessEqual", inputs, orderedTypes, "bool"),
  meaning: { expression: (inputs) => buildBinary(inputs, e.lessEqual, "bool") },
};

/**
 * Whether a <= b, as bool.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both have one dtype, other than bool.
 *
 * @example lessEqual(tensor([1, 2]), 1) // [true, false]
 */
export function lessEqual(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(lessEqualOp, a, b);
}

/** y = (a > b); an absent operand is the scalar of the call. */
export const greaterOp: Op = {
  name: "greater",
  outputs: (inputs) => computeBinaryOutputs("greater", inputs, orderedTypes, "bool"),
  meaning: { expression: (inputs) => buildBinary(inputs, e.greater, "bool") },
};

/**
 * Whether a > b, as bool.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both have one dtype, other than bool.
 *
 * @example greater(tensor([1, 2]), 1) // [false, true]
 */
export function greater(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(greaterOp, a, b);
}

/** y = (a >= b); an absent operand is the scalar of the call. */
export const greaterEqualOp: Op = {
  name: "greaterEqual",
  outputs: (inputs) => computeBinaryOutputs("greaterEqual", inputs, orderedTypes, "bool"),
  meaning: { expression: (inputs) => buildBinary(inputs, e.greaterEqual, "bool") },
};

/**
 * Whether a >= b, as bool.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both have one dtype, other than bool.
 *
 * @example greaterEqual(tensor([1, 2]), 2) // [false, true]
 */
export function greaterEqual(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(greaterEqualOp, a, b);
}

/** y = whether x is NaN. */
export const isNanOp: Op = {
  name: "isNan",
  outputs: (inputs) => computeUnaryOutputs("isNan", inputs).map(({ shape }) => ({ shape, dtype: "bool" })),
  meaning: { expression: (inputs) => buildUnary(inputs, e.isNan, { output: "bool" }) },
};

/**
 * Whether x is not a number, as bool.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example isNan(tensor([1, Number.NaN])) // [false, true]
 */
export function isNan(x: Tensor): Tensor {
  return execute(isNanOp, [x], {})[0]!;
}

/** The bits of a float without its sign: those of infinity are 0x7f800000, and larger ones are NaN. */
const buildMagnitudeBits = (x: Value): Value => e.and(e.bitcast(x, "u32"), 0x7fffffff);

/** y = whether x is neither infinite nor NaN. */
export const isFiniteOp: Op = {
  name: "isFinite",
  outputs: (inputs) => computeUnaryOutputs("isFinite", inputs).map(({ shape }) => ({ shape, dtype: "bool" })),
  meaning: {
    expression: (inputs) =>
      buildUnary(inputs, (x) => e.less(buildMagnitudeBits(x), 0x7f800000), { output: "bool" }),
  },
};

/**
 * Whether x is neither infinite nor NaN, as bool.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example isFinite(tensor([1, Number.POSITIVE_INFINITY])) // [true, false]
 */
// biome-ignore lint/suspicious/noShadowRestrictedNames: the name that PyTorch and NumPy have for it
export function isFinite(x: Tensor): Tensor {
  return execute(isFiniteOp, [x], {})[0]!;
}

/** y = whether x is infinite. */
export const isInfiniteOp: Op = {
  name: "isInfinite",
  outputs: (inputs) =>
    computeUnaryOutputs("isInfinite", inputs).map(({ shape }) => ({ shape, dtype: "bool" })),
  meaning: {
    expression: (inputs) =>
      buildUnary(inputs, (x) => e.equal(buildMagnitudeBits(x), 0x7f800000), { output: "bool" }),
  },
};

/**
 * Whether x is Infinity or -Infinity, as bool.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example isInfinite(tensor([1, Number.NEGATIVE_INFINITY])) // [false, true]
 */
export function isInfinite(x: Tensor): Tensor {
  return execute(isInfiniteOp, [x], {})[0]!;
}
