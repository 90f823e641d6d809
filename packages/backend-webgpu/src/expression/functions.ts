import { placeInTurn, sineOfTurned, timesHigh } from "./sine.ts";
import type { FunctionName, WgslFunction } from "./wgsl-function.ts";
import { printPolynomial } from "./wgsl-function.ts";

/** (2 artanh(s) - 2 s) / s^3 in powers of s^2. */
const artanhSeries = [11, 9, 7, 5, 3].map((odd) => 2 / odd);

/** (e^x - 1 - x) / x^2 in powers of x. */
const expSeries = [40320, 5040, 720, 120, 24, 6, 2].map((factorial) => 1 / factorial);

/** Compilers may assume that there is no NaN, so it is recognized by its bits. */
const isNan: WgslFunction = {
  source: `
fn isNan(x: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
}`,
};

/** NaN where `x` is NaN or `condition` holds. A constant NaN would not compile. */
const orNan: WgslFunction = {
  uses: ["isNan"],
  source: `
fn orNan(result: vec4f, x: vec4f, condition: vec4<bool>) -> vec4f {
  let nan = bitcast<vec4f>(bitcast<vec4u>(x) | vec4u(0x7fc00000u));
  return select(result, nan, condition | isNan(x));
}`,
};

const minimum: WgslFunction = {
  uses: ["isNan"],
  source: `
fn minimum(a: vec4f, b: vec4f) -> vec4f {
  return select(select(min(a, b), b, isNan(b)), a, isNan(a));
}`,
};

const maximum: WgslFunction = {
  uses: ["isNan"],
  source: `
fn maximum(a: vec4f, b: vec4f) -> vec4f {
  return select(select(max(a, b), b, isNan(b)), a, isNan(a));
}`,
};

/** Saturates; NaN gives 0. The largest f32 below 2^31 is 2^31 - 128. */
const toI32: WgslFunction = {
  uses: ["isNan"],
  source: `
fn toI32(x: vec4f) -> vec4i {
  let inside = vec4i(clamp(x, vec4f(-2147483648f), vec4f(2147483520f)));
  return select(select(inside, vec4i(2147483647), x >= vec4f(2147483648f)), vec4i(), isNan(x));
}`,
};

const toU32: WgslFunction = {
  uses: ["isNan"],
  source: `
fn toU32(x: vec4f) -> vec4u {
  let inside = vec4u(clamp(x, vec4f(), vec4f(4294967040f)));
  return select(select(inside, vec4u(0xffffffffu), x >= vec4f(4294967296f)), vec4u(), isNan(x));
}`,
};

/**
 * The remainder of the truncated quotient. It is exact: significands are divided as integers, eight bits of the quotient at a time.
 * The unit of a significand is 2^(exponent - 150), for subnormal numbers too. Where |a| < |b|, the remainder is a.
 */
const remainder: WgslFunction = {
  uses: ["orNan"],
  source: `
fn remainder(a: vec4f, b: vec4f) -> vec4f {
  let size = bitcast<vec4u>(a) & vec4u(0x7fffffffu);
  let divisorSize = bitcast<vec4u>(b) & vec4u(0x7fffffffu);
  let exponent = max(divisorSize >> vec4u(23u), vec4u(1u));
  let divisor = max(divisorSize - ((exponent - vec4u(1u)) << vec4u(23u)), vec4u(1u));
  let ownExponent = max(size >> vec4u(23u), vec4u(1u));
  var left = max(ownExponent, exponent) - exponent;
  var rest = (size - ((ownExponent - vec4u(1u)) << vec4u(23u))) % divisor;
  while (any(left > vec4u())) {
    let step = min(left, vec4u(8u));
    rest = (rest << step) % divisor;
    left -= step;
  }
  let shift = min(countLeadingZeros(rest) - vec4u(8u), exponent - vec4u(1u));
  let scaled = ((exponent - shift - vec4u(1u)) << vec4u(23u)) + (rest << shift);
  let sign = bitcast<vec4u>(a) & vec4u(0x80000000u);
  let inside = bitcast<vec4f>(select(scaled, vec4u(), rest == vec4u()) | sign);
  let isUndefined = (size == vec4u(0x7f800000u)) | (divisorSize == vec4u()) | isNan(b);
  return orNan(select(inside, a, size < divisorSize), a, isUndefined);
}`,
};

const squareRoot: WgslFunction = {
  uses: ["orNan"],
  source: `
fn squareRoot(x: vec4f) -> vec4f {
  return orNan(sqrt(x), x, x < vec4f());
}`,
};

const exponential: WgslFunction = {
  uses: ["orNan"],
  source: `
fn exponential(x: vec4f) -> vec4f {
  return orNan(exp(x), x, vec4<bool>());
}`,
};

/** The logarithm of 0 is minus infinity, which does not compile as a constant. It is made from x without keeping any bit of x. */
const logarithm: WgslFunction = {
  uses: ["orNan"],
  source: `
fn logarithm(x: vec4f) -> vec4f {
  let lowest = bitcast<vec4f>((bitcast<vec4u>(x) & vec4u()) | vec4u(0xff800000u));
  return orNan(select(log(x), lowest, x == vec4f()), x, x < vec4f());
}`,
};

/** Below 1/2 a Taylor series (its first missing term is 1e-8 of x); from there on no digits cancel but one. */
const expMinusOne: WgslFunction = {
  uses: ["exponential"],
  source: `
fn expMinusOne(x: vec4f) -> vec4f {
  let near = fma(x * x, ${printPolynomial("x", expSeries)}, x);
  return select(exponential(x) - vec4f(1f), near, abs(x) < vec4f(0.5f));
}`,
};

/**
 * Between -0.3 and 0.5, where WGSL grants log only an absolute error, 2 artanh(x / (2 + x)): the series up to s^11 misses
 * less than 1e-9 of it.
 */
const logOnePlus: WgslFunction = {
  uses: ["logarithm"],
  source: `
fn logOnePlus(x: vec4f) -> vec4f {
  let s = x / (vec4f(2f) + x);
  let z = s * s;
  let near = fma(s * z, ${printPolynomial("z", artanhSeries)}, s + s);
  return select(logarithm(vec4f(1f) + x), near, (x > vec4f(-0.3f)) & (x < vec4f(0.5f)));
}`,
};

/** t / (t + 2) with t = e^2x - 1; beyond 10 it is 1. WGSL grants tanh only an absolute error of 1e-5. */
const hyperbolicTangent: WgslFunction = {
  uses: ["expMinusOne", "orNan"],
  source: `
fn hyperbolicTangent(x: vec4f) -> vec4f {
  let t = expMinusOne(clamp(x + x, vec4f(-20f), vec4f(20f)));
  return orNan(t / (t + vec4f(2f)), x, vec4<bool>());
}`,
};

/**
 * Below 0.93 it is x + x p(x^2), from there on 1 - e^(-|x| q(|x|)), which is 1 from 4 on. Both polynomials are minimax fits
 * of the relative error (Lawson's algorithm): 0.3 and 0.05 units in the last place.
 */
const errorFunction: WgslFunction = {
  uses: ["orNan"],
  source: `
fn errorFunction(x: vec4f) -> vec4f {
  let bounded = clamp(x, vec4f(-4f), vec4f(4f));
  let size = abs(bounded);
  let z = bounded * bounded;
  let p = ${printPolynomial("z", [-5.96409791e-4, 4.98797373e-3, -2.67631037e-2, 1.12817205e-1, -3.76124847e-1, 1.28379148e-1])};
  let q = ${printPolynomial("size", [-2.13724063e-4, 3.21279924e-3, -2.2883027e-2, 1.05250985e-1, 6.35726591e-1, 1.1285119])};
  let far = vec4f(1f) - exp(-(q * size));
  return orNan(select(select(far, -far, x < vec4f()), fma(p, bounded, bounded), size < vec4f(0.93f)), x, vec4<bool>());
}`,
};

/**
 * The special values of IEEE 754: WGSL's own takes positive bases only. For whole exponents the sign of the base
 * counts where they are odd; 1 to any power is 1, and so is -1 to an infinite one.
 */
const power: WgslFunction = {
  uses: ["orNan"],
  source: `
fn power(x: vec4f, y: vec4f) -> vec4f {
  let isInteger = trunc(y) == y;
  let half = y * vec4f(0.5f);
  let isOdd = isInteger & (trunc(half) != half);
  let isZero = x == vec4f();
  let isUnit = abs(x) == vec4f(1f);
  let positive = select(pow(select(abs(x), vec4f(1f), isZero), y), vec4f(1f), isUnit);
  let size = select(positive, select(vec4f(), vec4f(1f) / abs(x), y < vec4f()), isZero);
  let isNegative = bitcast<vec4i>(x) < vec4i();
  let isInfinite = (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) == vec4u(0x7f800000u);
  let isUndefined = (x < vec4f()) & !isInteger & !isInfinite;
  let signed = orNan(select(size, -size, isNegative & isOdd), x, isUndefined);
  return select(orNan(signed, y, vec4<bool>()), vec4f(1f), (y == vec4f()) | (x == vec4f(1f)));
}`,
};

/**
 * The angle of (x, y), by the polynomial of Cephes, `atanf`, because WGSL grants atan2 an error of 4096 units in the last place. Above
 * tan(pi / 8), a quotient q is replaced by (q - 1) / (q + 1), whose angle is smaller by pi / 4.
 */
const angle: WgslFunction = {
  uses: ["orNan"],
  source: `
fn angle(y: vec4f, x: vec4f) -> vec4f {
  let width = abs(x);
  let height = abs(y);
  let high = max(width, height);
  let low = min(width, height);
  let quotient = select(low / high, select(vec4f(1f), vec4f(), high == vec4f()), low == high);
  let isSteep = quotient > vec4f(0.41421356f);
  let z = select(quotient, (quotient - vec4f(1f)) / (quotient + vec4f(1f)), isSteep);
  let square = z * z;
  let near = fma(square * z, ${printPolynomial("square", [8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1])}, z);
  let octant = near + select(vec4f(), vec4f(${Math.PI / 4}f), isSteep);
  let quadrant = select(octant, vec4f(${Math.PI / 2}f) - octant, height > width);
  let size = select(quadrant, vec4f(${Math.PI}f) - quadrant, bitcast<vec4i>(x) < vec4i());
  let signed = bitcast<vec4f>(bitcast<vec4u>(size) | (bitcast<vec4u>(y) & vec4u(0x80000000u)));
  return orNan(orNan(signed, x, vec4<bool>()), y, vec4<bool>());
}`,
};

const functions: { readonly [name in FunctionName]: WgslFunction } = {
  isNan,
  orNan,
  minimum,
  maximum,
  toI32,
  toU32,
  remainder,
  squareRoot,
  exponential,
  expMinusOne,
  logarithm,
  logOnePlus,
  hyperbolicTangent,
  errorFunction,
  timesHigh,
  placeInTurn,
  sineOfTurned,
  power,
  angle,
};

/** The sources of these functions and of what they call, each once, callees first. */
export function listFunctionSources(names: Iterable<FunctionName>): string[] {
  const sources = new Map<FunctionName, string>();
  const visit = (name: FunctionName): void => {
    if (sources.has(name)) return;
    const { uses = [], source } = functions[name];
    uses.forEach(visit);
    sources.set(name, source.trim());
  };
  for (const name of names) visit(name);
  return [...sources.values()];
}
