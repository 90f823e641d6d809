import type { Value } from "@evenkeel/tensor";
import { e } from "@evenkeel/tensor";
import { polynomial } from "./helpers.ts";

/** ln 2 in two parts; the first has 9 bits, so that its product with an exponent is exact (Cody and Waite). */
export const ln2High: number = 355 / 512;
export const ln2Low = -2.1219444e-4;

const rootHalfBits = 0x3f3504f3;
const smallestNormal = 2 ** -126;

/** x = 2^exponent significand with the significand in [sqrt(1/2), sqrt(2)), for positive finite x. */
export function splitExponent(x: Value): { exponent: Value; significand: Value } {
  const denormal = e.less(x, smallestNormal);
  const normal = e.select(denormal, e.mul(x, 2 ** 23), x);
  const distance = e.sub(e.bitcast(normal, "i32"), rootHalfBits);
  const exponent = e.sub(
    e.cast(e.shiftRight(distance, 23), "f32"),
    e.select(denormal, e.constantLike(x, 23), 0),
  );
  const significand = e.bitcast(e.add(e.and(distance, 0x7fffff), rootHalfBits), "f32");
  return { exponent, significand };
}

/** (2 artanh(s) - 2 s) / s^3 in powers of s^2. FreeBSD msun, `e_logf.c`. */
export const log1pSeries: readonly number[] = [0.24279078841, 0.28498786688, 0.40000972152, 0.66666662693];

/** log(1 + f) - f + f^2/2, for 1 + f in [sqrt(1/2), sqrt(2)). */
function tailOfLog1p(f: Value): Value {
  const s = e.div(f, e.add(f, 2));
  const z = e.mul(s, s);
  const halfSquare = e.mul(e.mul(f, f), 0.5);
  return e.mul(s, e.add(halfSquare, e.mul(z, polynomial(z, log1pSeries))));
}

/** log((1 + f) 2^exponent) + correction */
function logOfParts(f: Value, exponent: Value, correction?: Value): Value {
  const low = e.mul(exponent, ln2Low);
  const tail = e.add(tailOfLog1p(f), correction === undefined ? low : e.add(low, correction));
  const halfSquare = e.mul(e.mul(f, f), 0.5);
  return e.add(e.sub(f, e.sub(halfSquare, tail)), e.mul(exponent, ln2High));
}

/** `result` where x is positive and finite; else the logarithm's own values there. */
function withSpecialValues(x: Value, result: Value): Value {
  const finite = e.select(e.less(x, Number.POSITIVE_INFINITY), result, x);
  const notNegative = e.select(e.equal(x, 0), Number.NEGATIVE_INFINITY, finite);
  return e.select(e.less(x, 0), Number.NaN, notNegative);
}

/** At most 0.85 ulp off, denormals included. */
export function log(x: Value): Value {
  const { exponent, significand } = splitExponent(x);
  return withSpecialValues(x, logOfParts(e.sub(significand, 1), exponent));
}

/**
 * At most 0.85 ulp off. What 1 + x loses to rounding enters as a correction, unless x is small enough to be the fraction
 * itself.
 */
export function log1p(x: Value): Value {
  const sum = e.add(x, 1);
  const { exponent, significand } = splitExponent(sum);
  const isFraction = e.equal(exponent, 0);
  const lost = e.div(e.sub(x, e.sub(sum, 1)), sum);
  const f = e.select(isFraction, x, e.sub(significand, 1));
  const result = logOfParts(f, exponent, e.select(isFraction, e.constantLike(x, 0), lost));
  return withSpecialValues(sum, result);
}
