import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import type { TensorOrNumber } from "./operands/binary.ts";
import { buildBinary, callBinary, computeBinaryOutputs } from "./operands/binary.ts";

/** Asked of the bits, because devices may compare subnormal floats as zeros. */
const isNegative = (x: Value): Value => e.less(x.type === "f32" ? e.bitcast(x, "i32") : x, 0);

/** Whether the truncated quotient lies above the exact one: there is a remainder, and the signs differ. */
const isAbove = (remainder: Value, divisor: Value): Value =>
  e.and(e.cast(remainder, "bool"), e.xor(isNegative(remainder), isNegative(divisor)));

/** The remainder of the quotient that is rounded down. */
function buildModulo(a: Value, b: Value): Value {
  const remainder = e.rem(a, b);
  return e.select(isAbove(remainder, b), e.add(remainder, b), remainder);
}

/** y = a - b floor(a / b); an absent operand is the scalar of the call. */
export const modOp: Op = {
  name: "mod",
  outputs: (inputs) => computeBinaryOutputs("mod", inputs),
  meaning: { expression: (inputs) => buildBinary(inputs, buildModulo) },
};

/**
 * The remainder of a / b that has the sign of b, like Python's `%` and PyTorch's `remainder`; `rem` has the sign of a. An integer modulo 0
 * gives 0; a float modulo 0 gives NaN.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are f32,
 * both f16, both i32 or both u32.
 *
 * @example mod(tensor([5, -5]), 3) // [2, 1]
 */
export function mod(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(modOp, a, b);
}

/** Of floats, the quotient without its remainder, which is a whole number; it is infinite or NaN for a divisor of 0. */
function buildFloorQuotient(a: Value, b: Value): Value {
  if (a.type === "f32") {
    const whole = e.round(e.div(e.sub(a, buildModulo(a, b)), b));
    return e.select(e.equal(b, 0), e.trunc(e.div(a, b)), whole);
  }
  const quotient = e.div(a, b);
  return e.select(isAbove(e.rem(a, b), b), e.sub(quotient, 1), quotient);
}

/** y = floor(a / b); an absent operand is the scalar of the call. */
export const floorDivideOp: Op = {
  name: "floorDivide",
  outputs: (inputs) => computeBinaryOutputs("floorDivide", inputs),
  meaning: { expression: (inputs) => buildBinary(inputs, buildFloorQuotient) },
};

/**
 * a / b rounded down, like Python's `//`. The gradient is 0. An integer divided by 0 gives 0.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are f32,
 * both f16, both i32 or both u32.
 *
 * @example floorDivide(tensor([5, -5]), 3) // [1, -2]
 */
export function floorDivide(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(floorDivideOp, a, b);
}
