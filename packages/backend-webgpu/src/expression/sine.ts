import type { WgslFunction } from "./wgsl-function.ts";
import { printPolynomial } from "./wgsl-function.ts";

/** pi / 2: four parts of 8 bits, whose products with whole numbers below 2^16 are exact, and the rest (Cody and Waite). */
const halfPiParts = [201 / 2 ** 7, 253 / 2 ** 19, 170 / 2 ** 27, 136 / 2 ** 37, 2.5633441515945023e-12];

const reduceByQuarterTurns = halfPiParts.reduce((rest, part) => `fma(turns, vec4f(-${part}f), ${rest})`, "x");

/** The upper 32 bits of the product of two u32. */
export const timesHigh: WgslFunction = {
  source: `
fn timesHigh(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let other = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (other >> 16u);
}`,
};

/** 1 / 2 pi in words of 32 bits behind a word of zeros; the digits are those of 2 / pi in fdlibm. */
const turnWords = [0, 0x28be60db, 0x9391054a, 0x7f09d5f4, 0x7d4d3770, 0x36d8a566, 0x4f10e410, 0x7f9458ea].map(
  (word) => `${word}u`,
);

/**
 * Where a finite x with |x| >= 2^-8 lies in its turn: the nearest quarter, and the angle from there. The significand is multiplied
 * by the 96 bits of 1 / 2 pi behind those that give whole turns: 64 bits of the product are right (Payne and Hanek).
 */
export const placeInTurn: WgslFunction = {
  uses: ["timesHigh"],
  source: `
struct Place { quarter: i32, angle: f32 }
fn placeInTurn(x: f32) -> Place {
  let bits = bitcast<u32>(x) & 0x7fffffffu;
  let significand = (bits & 0x7fffffu) | 0x800000u;
  let first = (bits >> 23u) - 118u;
  let shift = first & 31u;
  var words = array<u32, ${turnWords.length}>(${turnWords.join(", ")});
  var window = array<u32, 3>();
  for (var word = 0u; word < 3u; word++) {
    let at = (first >> 5u) + word;
    window[word] = (words[at] << shift) | select(0u, words[at + 1u] >> (32u - shift), shift > 0u);
  }
  let middle = significand * window[1];
  let low = middle + timesHigh(significand, window[2]);
  let turn = significand * window[0] + timesHigh(significand, window[1]) + select(0u, 1u, low < middle);
  let quarter = (turn + 0x20000000u) >> 30u;
  let high = turn - (quarter << 30u);
  let isNegative = (high >> 31u) == 1u;
  let upper = select(high, ~high, isNegative);
  let lower = select(low, ~low, isNegative);
  let zeros = min(countLeadingZeros(upper), 31u);
  let digits = (upper << zeros) | ((lower >> 1u) >> (31u - zeros));
  let angle = f32(digits) * ${(2 * Math.PI) / 2 ** 32}f * bitcast<f32>((127u - zeros) << 23u);
  let isMirrored = isNegative != (bitcast<i32>(x) < 0);
  return Place(select(i32(quarter), -i32(quarter), bitcast<i32>(x) < 0), select(angle, -angle, isMirrored));
}`,
};

/**
 * sin(x + quadrants pi / 2): WGSL grants sin and cos an absolute error of 2^-11, between -pi and pi only. The polynomials
 * are those of Cephes, `sinf`, for up to pi / 4. Up to 2^15 x is reduced in f32, beyond that in integers.
 */
export const sineOfTurned: WgslFunction = {
  uses: ["orNan", "placeInTurn"],
  source: `
fn sineOfTurned(x: vec4f, quadrants: i32) -> vec4f {
  let isFar = abs(x) > vec4f(32768f);
  let turns = round(select(x, vec4f(), isFar) * vec4f(${2 / Math.PI}f));
  var r = ${reduceByQuarterTurns};
  var quadrant = vec4i(turns);
  if (any(isFar)) {
    for (var point = 0; point < 4; point++) {
      if (isFar[point]) {
        let place = placeInTurn(x[point]);
        r[point] = place.angle;
        quadrant[point] = place.quarter;
      }
    }
  }
  quadrant += vec4i(quadrants);
  let z = r * r;
  let sine = fma(r * z, ${printPolynomial("z", [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1])}, r);
  let cosine = fma(z * z, ${printPolynomial("z", [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2])}, fma(z, vec4f(-0.5f), vec4f(1f)));
  let value = select(cosine, sine, (quadrant & vec4i(1)) == vec4i());
  let isInfinite = (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) == vec4u(0x7f800000u);
  return orNan(select(-value, value, (quadrant & vec4i(2)) == vec4i()), x, isInfinite);
}`,
};
