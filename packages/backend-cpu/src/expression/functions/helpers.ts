import type { Value } from "@evenkeel/tensor";
import { e } from "@evenkeel/tensor";

/**
 * Estrin's scheme: neighbouring terms are paired, so that the chain of dependent steps, which limits the speed, is half
 * as long as Horner's. Coefficients from the highest power down.
 */
export function polynomial(x: Value, coefficients: readonly number[]): Value {
  let terms = [...coefficients].reverse().map((coefficient) => e.constantLike(x, coefficient));
  let power = x;
  while (terms.length > 1) {
    terms = pairUp(terms, power);
    power = e.mul(power, power);
  }
  return terms[0]!;
}

/** Terms 0 and 1, 2 and 3, ... as `low + high power`. */
function pairUp(terms: readonly Value[], power: Value): Value[] {
  const sums: Value[] = [];
  for (let low = 0; low < terms.length; low += 2) {
    const high = terms[low + 1];
    sums.push(high === undefined ? terms[low]! : e.add(e.mul(high, power), terms[low]!));
  }
  return sums;
}

/** Clamps x to bounds. NaN stays NaN. */
export function clamp(x: Value, low: number, high: number): Value {
  const capped = e.select(e.greater(x, high), high, x);
  return e.select(e.less(capped, low), low, capped);
}

/** 1.5 2^23: the float32 numbers around it are the integers. */
const integerShift = 12_582_912;
const integerShiftBits = 0x4b400000;

/** The integer nearest to x, as f32 and as i32; right for |x| below 2^22. */
export function roundToInteger(x: Value): { float: Value; integer: Value } {
  const shifted = e.add(x, integerShift);
  return {
    float: e.sub(shifted, integerShift),
    integer: e.sub(e.bitcast(shifted, "i32"), integerShiftBits),
  };
}

/** 2^n for an i32 from -126 to 127. */
export function computePowerOfTwo(n: Value): Value {
  return e.bitcast(e.shiftLeft(e.add(n, 127), 23), "f32");
}
