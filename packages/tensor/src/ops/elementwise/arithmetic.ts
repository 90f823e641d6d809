import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { signedTypes } from "../../expression/dtype-kinds.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import type { TensorOrNumber } from "./operands/binary.ts";
import { buildBinary, callBinary, computeBinaryOutputs } from "./operands/binary.ts";
import { buildUnary, computeUnaryOutputs } from "./operands/unary.ts";

/** y = a + b; an absent operand is the scalar of the call. */
export const addOp: Op = {
  name: "add",
  outputs: (inputs) => computeBinaryOutputs("add", inputs),
  meaning: { expression: (inputs) => buildBinary(inputs, e.add) },
};

/**
 * a + b. Integers wrap.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are f32,
 * both f16, both i32 or both u32.
 *
 * @example add(tensor([1, 2]), 10) // [11, 12]
 */
export function add(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(addOp, a, b);
}

/** y = a - b; an absent operand is the scalar of the call. */
export const subOp: Op = {
  name: "sub",
  outputs: (inputs) => computeBinaryOutputs("sub", inputs),
  meaning: { expression: (inputs) => buildBinary(inputs, e.sub) },
};

/**
 * a - b. Integers wrap.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are f32,
 * both f16, both i32 or both u32.
 *
 * @example sub(1, tensor([1, 2])) // [0, -1]
 */
export function sub(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(subOp, a, b);
}

/** y = a b; an absent operand is the scalar of the call. */
export const mulOp: Op = {
  name: "mul",
  outputs: (inputs) => computeBinaryOutputs("mul", inputs),
  meaning: { expression: (inputs) => buildBinary(inputs, e.mul) },
};

/**
 * a * b. Integers wrap.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are f32,
 * both f16, both i32 or both u32.
 *
 * @example mul(tensor([1, 2]), tensor([[10], [100]])) // [[10, 20], [100, 200]]
 */
export function mul(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(mulOp, a, b);
}

/** y = a / b; an absent operand is the scalar of the call. */
export const divOp: Op = {
  name: "div",
  outputs: (inputs) => computeBinaryOutputs("div", inputs),
  meaning: { expression: (inputs) => buildBinary(inputs, e.div) },
};

/**
 * a / b. Integer quotients are truncated; an integer divided by 0 gives 0.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are f32,
 * both f16, both i32 or both u32.
 *
 * @example div(tensor([1, 2]), 4) // [0.25, 0.5]
 */
export function div(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(divOp, a, b);
}

/** y = a - b trunc(a / b); an absent operand is the scalar of the call. */
export const remOp: Op = {
  name: "rem",
  outputs: (inputs) => computeBinaryOutputs("rem", inputs),
  meaning: { expression: (inputs) => buildBinary(inputs, e.rem) },
};

/**
 * The remainder of a / b after truncation: exact, with the sign of a. An integer modulo 0 gives 0; a float modulo 0 gives NaN.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are f32,
 * both f16, both i32 or both u32.
 *
 * @example rem(tensor([5, -5]), 3) // [2, -2]
 */
export function rem(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(remOp, a, b);
}

/** y = -x. */
export const negOp: Op = {
  name: "neg",
  outputs: (inputs) => computeUnaryOutputs("neg", inputs, signedTypes),
  meaning: { expression: (inputs) => buildUnary(inputs, e.neg) },
};

/**
 * -x.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32, f16 or i32.
 *
 * @example neg(tensor([1, -2])) // [-1, 2]
 */
export function neg(x: Tensor): Tensor {
  return execute(negOp, [x], {})[0]!;
}

/** y = |x|. */
export const absOp: Op = {
  name: "abs",
  outputs: (inputs) => computeUnaryOutputs("abs", inputs, signedTypes),
  meaning: { expression: (inputs) => buildUnary(inputs, e.abs) },
};

/**
 * |x|, with slope 0 at 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32, f16 or i32.
 *
 * @example abs(tensor([1, -2])) // [1, 2]
 */
export function abs(x: Tensor): Tensor {
  return execute(absOp, [x], {})[0]!;
}

/** Truncation preserves zeros and NaN and stops the gradient. */
function buildSign(x: Value): Value {
  const rest = x.type === "f32" ? e.trunc(x) : x;
  return e.select(e.greater(x, 0), 1, e.select(e.less(x, 0), -1, rest));
}

/** y = 1 for x > 0, -1 for x < 0, else x. */
export const signOp: Op = {
  name: "sign",
  outputs: (inputs) => computeUnaryOutputs("sign", inputs, signedTypes),
  meaning: { expression: (inputs) => buildUnary(inputs, buildSign) },
};

/**
 * -1, 0 or 1 if x is negative, zero or positive; NaN stays NaN. The gradient is 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32, f16 or i32.
 *
 * @example sign(tensor([-3, 0, 5])) // [-1, 0, 1]
 */
export function sign(x: Tensor): Tensor {
  return execute(signOp, [x], {})[0]!;
}
