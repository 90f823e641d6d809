import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import { isTensor } from "../../core/tensor.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import type { TensorOrNumber } from "../elementwise/binary.ts";
import { binaryExpression, binaryOutputs, callBinary } from "../elementwise/binary.ts";
import { square } from "../square/square.ts";

/** y = base^exponent; an absent one is the scalar of the call. */
export const powerOp: Op = {
  name: "power",
  outputs: (inputs) => binaryOutputs("power", inputs, floatTypes),
  meaning: { expression: (inputs) => binaryExpression(inputs, e.pow) },
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
