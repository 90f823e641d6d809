import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import * as e from "../../expression/functions.ts";
import { buildBinary, computeBinaryOutputs } from "./operands/binary.ts";
import { buildUnary, computeUnaryOutputs } from "./operands/unary.ts";

/** y = a and b. */
export const logicalAndOp: Op = {
  name: "logicalAnd",
  outputs: (inputs) => computeBinaryOutputs("logicalAnd", inputs, ["bool"]),
  meaning: { expression: (inputs) => buildBinary(inputs, e.and) },
};

/**
 * Whether both a and b are true.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are bool.
 *
 * @example logicalAnd(tensor([true, false]), tensor([true, true])) // [true, false]
 */
export function logicalAnd(a: Tensor, b: Tensor): Tensor {
  return execute(logicalAndOp, [a, b], {})[0]!;
}

/** y = a or b. */
export const logicalOrOp: Op = {
  name: "logicalOr",
  outputs: (inputs) => computeBinaryOutputs("logicalOr", inputs, ["bool"]),
  meaning: { expression: (inputs) => buildBinary(inputs, e.or) },
};

/**
 * Whether at least one of a and b is true.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are bool.
 *
 * @example logicalOr(tensor([true, false]), tensor([false, false])) // [true, false]
 */
export function logicalOr(a: Tensor, b: Tensor): Tensor {
  return execute(logicalOrOp, [a, b], {})[0]!;
}

/** y = either a or b. */
export const logicalXorOp: Op = {
  name: "logicalXor",
  outputs: (inputs) => computeBinaryOutputs("logicalXor", inputs, ["bool"]),
  meaning: { expression: (inputs) => buildBinary(inputs, e.xor) },
};

/**
 * Whether exactly one of a and b is true.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are bool.
 *
 * @example logicalXor(tensor([true, false]), tensor([true, true])) // [false, true]
 */
export function logicalXor(a: Tensor, b: Tensor): Tensor {
  return execute(logicalXorOp, [a, b], {})[0]!;
}

/** y = not x. */
export const logicalNotOp: Op = {
  name: "logicalNot",
  outputs: (inputs) => computeUnaryOutputs("logicalNot", inputs, ["bool"]),
  meaning: { expression: (inputs) => buildUnary(inputs, e.not) },
};

/**
 * Whether x is false.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is bool.
 *
 * @example logicalNot(tensor([true, false])) // [false, true]
 */
export function logicalNot(x: Tensor): Tensor {
  return execute(logicalNotOp, [x], {})[0]!;
}
