import type { Value } from "@evenkeel/tensor";
import { e } from "@evenkeel/tensor";
import { expBounds, expOfSum } from "./exponential.ts";
import { clamp, polynomial } from "./helpers.ts";
import { ln2High, ln2Low, log1pSeries, splitExponent } from "./logarithm.ts";

/** An unevaluated sum of two floats. */
interface Pair {
  readonly high: Value;
  readonly low: Value;
}

const inf = Number.POSITIVE_INFINITY;

/** The upper 12 bits of a significand: products of two such are exact. */
const upperBits = (x: Value): Value => e.bitcast(e.and(e.bitcast(x, "u32"), 0xfffff000), "f32");

/** The exact product of two floats (Dekker 1971). */
function product(a: Value, b: Value): Pair {
  const high = e.mul(a, b);
  const aUp = upperBits(a);
  const bUp = upperBits(b);
  const aDown = e.sub(a, aUp);
  const bDown = e.sub(b, bUp);
  const cross = e.add(e.add(e.sub(e.mul(aUp, bUp), high), e.mul(aUp, bDown)), e.mul(aDown, bUp));
  return { high, low: e.add(cross, e.mul(aDown, bDown)) };
}

/** The exact sum of two floats, |a| not below |b| (Dekker 1971). */
function sum(a: Value, b: Value): Pair {
  const high = e.add(a, b);
  return { high, low: e.sub(b, e.sub(high, a)) };
}

/** log x to about 35 bits for positive finite x: 2 artanh(s), s = f / (2 + f) as a pair, and the exponent's part. */
function logPair(x: Value): Pair {
  const { exponent, significand } = splitExponent(x);
  const f = e.sub(significand, 1);
  const divisor = sum(e.constantLike(f, 2), f);
  const s = e.div(f, divisor.high);
  const whole = product(s, divisor.high);
  const rest = e.sub(e.sub(e.sub(f, whole.high), whole.low), e.mul(s, divisor.low));
  const z = e.mul(s, s);
  const series = e.mul(polynomial(z, log1pSeries), e.mul(s, z));
  const tail = e.add(e.mul(e.div(rest, divisor.high), 2), series);
  const head = sum(e.mul(exponent, ln2High), e.mul(s, 2));
  return sum(head.high, e.add(head.low, e.add(tail, e.mul(exponent, ln2Low))));
}

/** x^y for positive x, infinity, NaN, and 0, where the logarithm is minus infinity. 1 to any power, NaN included, is 1. */
function magnitude(x: Value, y: Value): Value {
  const log = logPair(x);
  const high = e.select(e.equal(x, 0), -inf, e.select(e.less(x, inf), log.high, x));
  const exponent = product(high, y);
  const isModest = e.less(e.abs(exponent.high), 150);
  const low = e.select(isModest, e.add(exponent.low, e.mul(log.low, y)), 0);
  return e.select(e.equal(x, 1), 1, expOfSum(clamp(exponent.high, ...expBounds), low));
}

/** Powers that are short as products, by their exponent; each is within 1 ulp, with the same special values. */
const products = new Map<number, (x: Value) => Value>([
  [-1, (x) => e.div(1, x)],
  [1, (x) => x],
  [2, (x) => e.mul(x, x)],
  [3, (x) => e.mul(e.mul(x, x), x)],
]);

/**
 * x^y with the special values of IEEE 754, at most 6 ulp off (1.2 ulp for |y| up to 8). The logarithm is a pair of floats,
 * so that its error, which y multiplies, stays below the result's.
 */
export function pow(x: Value, y: Value): Value {
  const exponent = y.builder.nodes[y.node]!;
  const short = exponent.op === "constant" ? products.get(exponent.value) : undefined;
  if (short !== undefined) return short(x);
  const isInteger = e.equal(e.trunc(y), y);
  const half = e.mul(y, 0.5);
  const isOdd = e.and(isInteger, e.notEqual(e.trunc(half), half));
  const size = magnitude(e.abs(x), y);
  const isNegative = e.less(e.bitcast(x, "i32"), 0);
  const signed = e.select(e.and(isNegative, isOdd), e.neg(size), size);
  const isUndefined = e.and(e.and(e.less(x, 0), e.greater(x, -inf)), e.not(isInteger));
  return e.select(e.equal(y, 0), 1, e.select(isUndefined, Number.NaN, signed));
}
