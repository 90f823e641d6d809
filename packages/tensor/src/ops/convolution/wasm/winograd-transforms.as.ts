import { madd } from "../../matmul/wasm/simd.as";

// The transforms of Winograd's F(4x4, 3x3) (Lavin and Gray 2016) with the points 0, ±3/4, ±3/2 and infinity, whose rounding errors
// are half of those of the integers 0, ±1, ±2. Each is a matrix applied to the rows of a tile and then to its columns; in every lane
// of a vector there is another tile, or another channel.


const a: f32 = 0.75;
const b: f32 = 1.5;
const a2: f32 = a * a;
const b2: f32 = b * b;

/** Coefficients, each in all lanes. In memory: engines build constants of vectors anew at every use. */
const bytes: usize = VECTOR_BITS >> 3;
const coefficientBytes: usize = 13 * bytes;
const nearPoint: usize = 0, farPoint: usize = bytes, nearSquare: usize = 2 * bytes, farSquare: usize = 3 * bytes;
const minusNearSquare: usize = 4 * bytes, minusFarSquare: usize = 5 * bytes, product: usize = 6 * bytes, minusSum: usize = 7 * bytes;
const nearCube: usize = 8 * bytes, farCube: usize = 9 * bytes, ofZero: usize = 10 * bytes, ofNear: usize = 11 * bytes, ofFar: usize = 12 * bytes;

function writeCoefficients(at: usize): void {
  v128.store(at, f32x4.splat(a), nearPoint);
  v128.store(at, f32x4.splat(b), farPoint);
  v128.store(at, f32x4.splat(a2), nearSquare);
  v128.store(at, f32x4.splat(b2), farSquare);
  v128.store(at, f32x4.splat(-a2), minusNearSquare);
  v128.store(at, f32x4.splat(-b2), minusFarSquare);
  v128.store(at, f32x4.splat(a2 * b2), product);
  v128.store(at, f32x4.splat(-a2 - b2), minusSum);
  v128.store(at, f32x4.splat(a2 * a), nearCube);
  v128.store(at, f32x4.splat(b2 * b), farCube);
  v128.store(at, f32x4.splat(1 / (a2 * b2)), ofZero);
  v128.store(at, f32x4.splat(1 / (2 * a2 * (a2 - b2))), ofNear);
  v128.store(at, f32x4.splat(1 / (2 * b2 * (b2 - a2))), ofFar);
  if (VECTOR_BITS == 256) {
    for (const end = at + coefficientBytes; at < end; at += bytes) v128.store(at, v128.load(at), 16);
  }
}

/** Six pixels of a line of the source. Results of all transforms go to `to` and on, `step` bytes apart. */
// @ts-ignore: decorator
@inline
function transformSource(k: usize, d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, to: usize, step: usize): void {
  v128.store(to, madd(madd(d4, d2, v128.load(k, minusSum)), d0, v128.load(k, product)));
  let even = madd(d4, d2, v128.load(k, minusFarSquare));
  let odd = f32x4.mul(madd(d3, d1, v128.load(k, minusFarSquare)), v128.load(k, nearPoint));
  v128.store(to + step, f32x4.add(even, odd));
  v128.store(to + 2 * step, f32x4.sub(even, odd));
  even = madd(d4, d2, v128.load(k, minusNearSquare));
  odd = f32x4.mul(madd(d3, d1, v128.load(k, minusNearSquare)), v128.load(k, farPoint));
  v128.store(to + 3 * step, f32x4.add(even, odd));
  v128.store(to + 4 * step, f32x4.sub(even, odd));
  v128.store(to + 5 * step, madd(madd(d5, d3, v128.load(k, minusSum)), d1, v128.load(k, product)));
}

/** Three taps. */
// @ts-ignore: decorator
@inline
function transformTaps(k: usize, g0: v128, g1: v128, g2: v128, to: usize, step: usize): void {
  v128.store(to, f32x4.mul(g0, v128.load(k, ofZero)));
  let even = madd(g0, g2, v128.load(k, nearSquare)), odd = f32x4.mul(g1, v128.load(k, nearPoint));
  v128.store(to + step, f32x4.mul(f32x4.add(even, odd), v128.load(k, ofNear)));
  v128.store(to + 2 * step, f32x4.mul(f32x4.sub(even, odd), v128.load(k, ofNear)));
  even = madd(g0, g2, v128.load(k, farSquare));
  odd = f32x4.mul(g1, v128.load(k, farPoint));
  v128.store(to + 3 * step, f32x4.mul(f32x4.add(even, odd), v128.load(k, ofFar)));
  v128.store(to + 4 * step, f32x4.mul(f32x4.sub(even, odd), v128.load(k, ofFar)));
  v128.store(to + 5 * step, g2);
}

/** Six positions, `fromStep` bytes apart, to four targets. */
// @ts-ignore: decorator
@inline
function transformBack(k: usize, from: usize, fromStep: usize, to: usize, step: usize): void {
  const m1 = v128.load(from + fromStep), m2 = v128.load(from + 2 * fromStep);
  const m3 = v128.load(from + 3 * fromStep), m4 = v128.load(from + 4 * fromStep);
  const nearEven = f32x4.add(m1, m2), nearOdd = f32x4.sub(m1, m2), farEven = f32x4.add(m3, m4), farOdd = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(f32x4.add(v128.load(from), nearEven), farEven));
  v128.store(to + step, madd(f32x4.mul(nearOdd, v128.load(k, nearPoint)), farOdd, v128.load(k, farPoint)));
  v128.store(to + 2 * step, madd(f32x4.mul(nearEven, v128.load(k, nearSquare)), farEven, v128.load(k, farSquare)));
  const last = madd(v128.load(from + 5 * fromStep), nearOdd, v128.load(k, nearCube));
  v128.store(to + 3 * step, madd(last, farOdd, v128.load(k, farCube)));
}

/** Four pixels of a line of dy: the transpose of `transformBack`. */
// @ts-ignore: decorator
@inline
function transformGradient(k: usize, y0: v128, y1: v128, y2: v128, y3: v128, to: usize, step: usize): void {
  v128.store(to, y0);
  let even = madd(y0, y2, v128.load(k, nearSquare));
  let odd = madd(f32x4.mul(y1, v128.load(k, nearPoint)), y3, v128.load(k, nearCube));
  v128.store(to + step, f32x4.add(even, odd));
  v128.store(to + 2 * step, f32x4.sub(even, odd));
  even = madd(y0, y2, v128.load(k, farSquare));
  odd = madd(f32x4.mul(y1, v128.load(k, farPoint)), y3, v128.load(k, farCube));
  v128.store(to + 3 * step, f32x4.add(even, odd));
  v128.store(to + 4 * step, f32x4.sub(even, odd));
  v128.store(to + 5 * step, y3);
}

/** Six positions, `fromStep` bytes apart, to three taps: the transpose of `transformTaps`. */
// @ts-ignore: decorator
@inline
function transformToTaps(k: usize, from: usize, fromStep: usize, to: usize, step: usize): void {
  const m1 = v128.load(from + fromStep), m2 = v128.load(from + 2 * fromStep);
  const m3 = v128.load(from + 3 * fromStep), m4 = v128.load(from + 4 * fromStep);
  const nearEven = f32x4.mul(f32x4.add(m1, m2), v128.load(k, ofNear)), nearOdd = f32x4.mul(f32x4.sub(m1, m2), v128.load(k, ofNear));
  const farEven = f32x4.mul(f32x4.add(m3, m4), v128.load(k, ofFar)), farOdd = f32x4.mul(f32x4.sub(m3, m4), v128.load(k, ofFar));
  v128.store(to, f32x4.add(madd(nearEven, v128.load(from), v128.load(k, ofZero)), farEven));
  v128.store(to + step, madd(f32x4.mul(nearOdd, v128.load(k, nearPoint)), farOdd, v128.load(k, farPoint)));
  const last = madd(v128.load(from + 5 * fromStep), nearEven, v128.load(k, nearSquare));
  v128.store(to + 2 * step, madd(last, farEven, v128.load(k, farSquare)));
}

export {
  nearPoint, farPoint, nearSquare, farSquare, minusNearSquare, minusFarSquare, product, minusSum, nearCube, farCube,
  coefficientBytes, writeCoefficients, transformSource, transformTaps, transformBack, transformGradient, transformToTaps,
};
