import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { integerTypes } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import type { TensorOrNumber } from "./operands/binary.ts";
import { buildBinary, callBinary, computeBinaryOutputs } from "./operands/binary.ts";
import { buildUnary, computeUnaryOutputs } from "./operands/unary.ts";

/** y = the bits that a and b have; an absent operand is the scalar of the call. */
export const bitwiseAndOp: Op = {
  name: "bitwiseAnd",
  outputs: (inputs) => computeBinaryOutputs("bitwiseAnd", inputs, integerTypes),
  meaning: { expression: (inputs) => buildBinary(inputs, e.and) },
};

/**
 * The bits that both a and b have. `logicalAnd` is for bool.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are i32,
 * both u32 or both u8.
 *
 * @example bitwiseAnd(tensor([6], { dtype: "i32" }), 3) // [2]
 */
export function bitwiseAnd(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(bitwiseAndOp, a, b);
}

/** y = the bits that a or b has; an absent operand is the scalar of the call. */
export const bitwiseOrOp: Op = {
  name: "bitwiseOr",
  outputs: (inputs) => computeBinaryOutputs("bitwiseOr", inputs, integerTypes),
  meaning: { expression: (inputs) => buildBinary(inputs, e.or) },
};

/**
 * The bits that a or b has. `logicalOr` is for bool.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are i32,
 * both u32 or both u8.
 *
 * @example bitwiseOr(tensor([6], { dtype: "i32" }), 3) // [7]
 */
export function bitwiseOr(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(bitwiseOrOp, a, b);
}

/** y = the bits that only one of a and b has; an absent operand is the scalar of the call. */
export const bitwiseXorOp: Op = {
  name: "bitwiseXor",
  outputs: (inputs) => computeBinaryOutputs("bitwiseXor", inputs, integerTypes),
  meaning: { expression: (inputs) => buildBinary(inputs, e.xor) },
};

/**
 * The bits that exactly one of a and b has. `logicalXor` is for bool.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are i32,
 * both u32 or both u8.
 *
 * @example bitwiseXor(tensor([6], { dtype: "i32" }), 3) // [5]
 */
export function bitwiseXor(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(bitwiseXorOp, a, b);
}

/** y = the bits that x does not have. */
export const bitwiseNotOp: Op = {
  name: "bitwiseNot",
  outputs: (inputs) => computeUnaryOutputs("bitwiseNot", inputs, integerTypes),
  meaning: { expression: (inputs) => buildUnary(inputs, e.not) },
};

/**
 * The bits that x does not have. `logicalNot` is for bool.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is i32, u32 or u8.
 *
 * @example bitwiseNot(tensor([6], { dtype: "i32" })) // [-7]
 */
export function bitwiseNot(x: Tensor): Tensor {
  return execute(bitwiseNotOp, [x], {})[0]!;
}

/** y = a 2^b, without the bits that leave; an absent operand is the scalar of the call. */
export const bitwiseLeftShiftOp: Op = {
  name: "bitwiseLeftShift",
  outputs: (inputs) => computeBinaryOutputs("bitwiseLeftShift", inputs, integerTypes),
  meaning: { expression: (inputs) => buildBinary(inputs, e.shiftLeft) },
};

/**
 * The bits of a, moved up by b places. The number of places counts modulo 32.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are i32,
 * both u32 or both u8.
 *
 * @example bitwiseLeftShift(tensor([3], { dtype: "i32" }), 2) // [12]
 */
export function bitwiseLeftShift(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(bitwiseLeftShiftOp, a, b);
}

/** y = floor(a / 2^b); an absent operand is the scalar of the call. */
export const bitwiseRightShiftOp: Op = {
  name: "bitwiseRightShift",
  outputs: (inputs) => computeBinaryOutputs("bitwiseRightShift", inputs, integerTypes),
  meaning: { expression: (inputs) => buildBinary(inputs, e.shiftRight) },
};

/**
 * The bits of a, moved down by b places; i32 keeps its sign. The number of places counts modulo 32.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are i32,
 * both u32 or both u8.
 *
 * @example bitwiseRightShift(tensor([-8], { dtype: "i32" }), 2) // [-2]
 */
export function bitwiseRightShift(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(bitwiseRightShiftOp, a, b);
}
