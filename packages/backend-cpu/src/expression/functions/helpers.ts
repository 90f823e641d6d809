import type { Value } from "@evenkeel/tensor";
import { e } from "@evenkeel/tensor";

/** Horner's rule; coefficients from the highest power down. */
export function polynomial(x: Value, [first, ...rest]: readonly number[]): Value {
  let sum = e.constantLike(x, first!);
  for (const coefficient of rest) sum = e.add(e.mul(sum, x), coefficient);
  return sum;
}

/** x held within bounds; NaN stays NaN. */
export function clamp(x: Value, low: number, high: number): Value {
  return e.select(e.less(x, low), low, e.select(e.greater(x, high), high, x));
}

/** 1.5 2^23: the float32 numbers around it are the integers. */
const integerShift = 12_582_912;
const integerShiftBits = 0x4b400000;

/** The integer nearest to x, as f32 and as i32; right for |x| below 2^22. */
export function nearestInteger(x: Value): { float: Value; integer: Value } {
  const shifted = e.add(x, integerShift);
  return {
    float: e.sub(shifted, integerShift),
    integer: e.sub(e.bitcast(shifted, "i32"), integerShiftBits),
  };
}

/** 2^n for an i32 from -126 to 127. */
export function powerOfTwo(n: Value): Value {
  return e.bitcast(e.shiftLeft(e.add(n, 127), 23), "f32");
}
