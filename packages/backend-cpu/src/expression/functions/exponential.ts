import type { Value } from "@evenkeel/tensor";
import { e } from "@evenkeel/tensor";
import { clamp, computePowerOfTwo, polynomial, roundToInteger } from "./helpers.ts";
import { ln2High, ln2Low } from "./logarithm.ts";

/** e^x = 2^exponent (1 + fraction), |fraction| < 0.42. The polynomial is that of Cephes, `expf`. */
function split(x: Value, low?: Value): { exponent: Value; fraction: Value } {
  const { float, integer } = roundToInteger(e.mul(x, Math.LOG2E));
  const reduced = e.sub(e.sub(x, e.mul(float, ln2High)), e.mul(float, ln2Low));
  const r = low === undefined ? reduced : e.add(reduced, low);
  const tail = polynomial(
    r,
    [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1],
  );
  return { exponent: integer, fraction: e.add(e.mul(tail, e.mul(r, r)), r) };
}

/** The powers of e beyond these bounds are 0 and infinity in float32. */
export const expBounds: readonly [low: number, high: number] = [-104, 89];

/** e^(x + low) for a small correction `low` and x within `expBounds`; scaled in two steps, for denormal results. */
export function expOfSum(x: Value, low?: Value): Value {
  const { exponent, fraction } = split(x, low);
  const half = e.shiftRight(exponent, 1);
  return e.mul(e.mul(e.add(fraction, 1), computePowerOfTwo(half)), computePowerOfTwo(e.sub(exponent, half)));
}

/** At most 1.02 ulp off; denormal results are rounded twice. */
export function exp(x: Value): Value {
  return expOfSum(clamp(x, ...expBounds));
}

/** At most 1.7 ulp off: 2^n (1 + fraction) - 1, at half its size, as 2^128 is not a float. */
export function expm1(x: Value): Value {
  const { exponent, fraction } = split(clamp(x, -18, expBounds[1]));
  const half = computePowerOfTwo(e.sub(exponent, 1));
  const result = e.mul(e.add(e.mul(fraction, half), e.sub(half, 0.5)), 2);
  return e.select(e.less(e.abs(x), 2 ** -25), x, result);
}
