import { madd } from "../../matmul/wasm/simd.as";
import { besideBytes, pitch } from "./winograd-strips.as";
import { farCube, farPoint, farSquare, minusFarSquare, minusNearSquare, minusSum, nearCube, nearPoint, nearSquare, product } from "./winograd-transforms.as";

// The transforms of winograd-transforms.as.ts for two neighbouring vectors, which the engine joins: all of a pair is computed, then
// both are stored, and coefficients stand in memory twice.


/** Six pixels of a line of the source, in vectors x and y. Results of all transforms go to `to` and on, `step` bytes apart. */
// @ts-ignore: decorator
@inline
function transformSourceWide(
  k: usize, x0: v128, y0: v128, x1: v128, y1: v128, x2: v128, y2: v128, x3: v128, y3: v128, x4: v128, y4: v128, x5: v128, y5: v128,
  to: usize, step: usize,
): void {
  const s = v128.load(k, minusSum), t = v128.load(k, minusSum + 16), p = v128.load(k, product), q = v128.load(k, product + 16);
  const first = madd(madd(x4, x2, s), x0, p), firstBeside = madd(madd(y4, y2, t), y0, q);
  v128.store(to, first);
  v128.store(to, firstBeside, 16);
  const last = madd(madd(x5, x3, s), x1, p), lastBeside = madd(madd(y5, y3, t), y1, q), atLast = to + 5 * step;
  v128.store(atLast, last);
  v128.store(atLast, lastBeside, 16);
  const f = v128.load(k, minusFarSquare), g = v128.load(k, minusFarSquare + 16);
  const near = v128.load(k, nearPoint), nearBeside = v128.load(k, nearPoint + 16);
  let even = madd(x4, x2, f), evenBeside = madd(y4, y2, g);
  let odd = f32x4.mul(madd(x3, x1, f), near), oddBeside = f32x4.mul(madd(y3, y1, g), nearBeside);
  storePair(to + step, f32x4.add(even, odd), f32x4.add(evenBeside, oddBeside));
  storePair(to + 2 * step, f32x4.sub(even, odd), f32x4.sub(evenBeside, oddBeside));
  const n = v128.load(k, minusNearSquare), m = v128.load(k, minusNearSquare + 16);
  const far = v128.load(k, farPoint), farBeside = v128.load(k, farPoint + 16);
  even = madd(x4, x2, n);
  evenBeside = madd(y4, y2, m);
  odd = f32x4.mul(madd(x3, x1, n), far);
  oddBeside = f32x4.mul(madd(y3, y1, m), farBeside);
  storePair(to + 3 * step, f32x4.add(even, odd), f32x4.add(evenBeside, oddBeside));
  storePair(to + 4 * step, f32x4.sub(even, odd), f32x4.sub(evenBeside, oddBeside));
}

// @ts-ignore: decorator
@inline
function storePair(to: usize, x: v128, y: v128): void {
  v128.store(to, x);
  v128.store(to, y, 16);
}

/** Six positions, `fromStep` bytes apart, to four targets. */
// @ts-ignore: decorator
@inline
function transformBackWide(k: usize, from: usize, fromStep: usize, to: usize, step: usize): void {
  const from1 = from + fromStep, from2 = from1 + fromStep, from3 = from2 + fromStep, from4 = from3 + fromStep, from5 = from4 + fromStep;
  const x0 = v128.load(from), y0 = v128.load(from, 16), x5 = v128.load(from5), y5 = v128.load(from5, 16);
  const x1 = v128.load(from1), y1 = v128.load(from1, 16), x2 = v128.load(from2), y2 = v128.load(from2, 16);
  const x3 = v128.load(from3), y3 = v128.load(from3, 16), x4 = v128.load(from4), y4 = v128.load(from4, 16);
  const nearEven = f32x4.add(x1, x2), nearEvenBeside = f32x4.add(y1, y2), nearOdd = f32x4.sub(x1, x2), nearOddBeside = f32x4.sub(y1, y2);
  const farEven = f32x4.add(x3, x4), farEvenBeside = f32x4.add(y3, y4), farOdd = f32x4.sub(x3, x4), farOddBeside = f32x4.sub(y3, y4);
  const p1 = v128.load(k, nearPoint), q1 = v128.load(k, nearPoint + 16), p2 = v128.load(k, farPoint), q2 = v128.load(k, farPoint + 16);
  const p3 = v128.load(k, nearSquare), q3 = v128.load(k, nearSquare + 16), p4 = v128.load(k, farSquare), q4 = v128.load(k, farSquare + 16);
  const p5 = v128.load(k, nearCube), q5 = v128.load(k, nearCube + 16), p6 = v128.load(k, farCube), q6 = v128.load(k, farCube + 16);
  storePair(to, f32x4.add(f32x4.add(x0, nearEven), farEven), f32x4.add(f32x4.add(y0, nearEvenBeside), farEvenBeside));
  storePair(to + step, madd(f32x4.mul(nearOdd, p1), farOdd, p2), madd(f32x4.mul(nearOddBeside, q1), farOddBeside, q2));
  storePair(to + 2 * step, madd(f32x4.mul(nearEven, p3), farEven, p4), madd(f32x4.mul(nearEvenBeside, q3), farEvenBeside, q4));
  storePair(to + 3 * step, madd(madd(x5, nearOdd, p5), farOdd, p6), madd(madd(y5, nearOddBeside, q5), farOddBeside, q6));
}

/** Four pixels of a line of dy, in vectors x and y. */
// @ts-ignore: decorator
@inline
function transformGradientWide(
  k: usize, x0: v128, y0: v128, x1: v128, y1: v128, x2: v128, y2: v128, x3: v128, y3: v128, to: usize, step: usize,
): void {
  const p1 = v128.load(k, nearPoint), q1 = v128.load(k, nearPoint + 16), p2 = v128.load(k, farPoint), q2 = v128.load(k, farPoint + 16);
  const p3 = v128.load(k, nearSquare), q3 = v128.load(k, nearSquare + 16), p4 = v128.load(k, farSquare), q4 = v128.load(k, farSquare + 16);
  const p5 = v128.load(k, nearCube), q5 = v128.load(k, nearCube + 16), p6 = v128.load(k, farCube), q6 = v128.load(k, farCube + 16);
  storePair(to, x0, y0);
  storePair(to + 5 * step, x3, y3);
  let even = madd(x0, x2, p3), evenBeside = madd(y0, y2, q3);
  let odd = madd(f32x4.mul(x1, p1), x3, p5), oddBeside = madd(f32x4.mul(y1, q1), y3, q5);
  storePair(to + step, f32x4.add(even, odd), f32x4.add(evenBeside, oddBeside));
  storePair(to + 2 * step, f32x4.sub(even, odd), f32x4.sub(evenBeside, oddBeside));
  even = madd(x0, x2, p4);
  evenBeside = madd(y0, y2, q4);
  odd = madd(f32x4.mul(x1, p2), x3, p6);
  oddBeside = madd(f32x4.mul(y1, q2), y3, q6);
  storePair(to + 3 * step, f32x4.add(even, odd), f32x4.add(evenBeside, oddBeside));
  storePair(to + 4 * step, f32x4.sub(even, odd), f32x4.sub(evenBeside, oddBeside));
}

/** Lines of eight tiles, or of two tiles of four channels, between two transforms. */
const wideLineBytes: usize = 36 * 32;

/**
 * Transforms tiles of the source: four pairs of vectors, `next` bytes apart, become a pair for each of the 36 positions. `at` is their first row of
 * copied tiles.
 */
function transformSources(k: usize, at: usize, next: usize, lines: usize, to: usize, step: usize): void {
  let line = lines;
  for (const end = line + wideLineBytes; line < end; line += 192, at += pitch) {
    const at1 = at + next, at2 = at1 + next, at3 = at2 + next;
    const a0 = v128.load(at), b0 = v128.load(at, 16), a1 = v128.load(at1), b1 = v128.load(at1, 16);
    const a2 = v128.load(at2), b2 = v128.load(at2, 16), a3 = v128.load(at3), b3 = v128.load(at3, 16);
    const s0 = v128.shuffle<f32>(a0, a1, 0, 4, 1, 5), t0 = v128.shuffle<f32>(b0, b1, 0, 4, 1, 5);
    const s1 = v128.shuffle<f32>(a0, a1, 2, 6, 3, 7), t1 = v128.shuffle<f32>(b0, b1, 2, 6, 3, 7);
    const s2 = v128.shuffle<f32>(a2, a3, 0, 4, 1, 5), t2 = v128.shuffle<f32>(b2, b3, 0, 4, 1, 5);
    const s3 = v128.shuffle<f32>(a2, a3, 2, 6, 3, 7), t3 = v128.shuffle<f32>(b2, b3, 2, 6, 3, 7);
    const c0 = v128.load(at, besideBytes), e0 = v128.load(at, besideBytes + 16), c1 = v128.load(at1, besideBytes), e1 = v128.load(at1, besideBytes + 16);
    const c2 = v128.load(at2, besideBytes), e2 = v128.load(at2, besideBytes + 16), c3 = v128.load(at3, besideBytes), e3 = v128.load(at3, besideBytes + 16);
    const s4 = v128.shuffle<f32>(c0, c1, 0, 4, 1, 5), t4 = v128.shuffle<f32>(e0, e1, 0, 4, 1, 5);
    const s5 = v128.shuffle<f32>(c2, c3, 0, 4, 1, 5), t5 = v128.shuffle<f32>(e2, e3, 0, 4, 1, 5);
    transformSourceWide(
      k, v128.shuffle<f64>(s0, s2, 0, 2), v128.shuffle<f64>(t0, t2, 0, 2), v128.shuffle<f64>(s0, s2, 1, 3), v128.shuffle<f64>(t0, t2, 1, 3),
      v128.shuffle<f64>(s1, s3, 0, 2), v128.shuffle<f64>(t1, t3, 0, 2), v128.shuffle<f64>(s1, s3, 1, 3), v128.shuffle<f64>(t1, t3, 1, 3),
      v128.shuffle<f64>(s4, s5, 0, 2), v128.shuffle<f64>(t4, t5, 0, 2), v128.shuffle<f64>(s4, s5, 1, 3), v128.shuffle<f64>(t4, t5, 1, 3),
      line, 32,
    );
  }
  line = lines;
  for (const end = line + 192; line < end; line += 32, to += step) {
    transformSourceWide(
      k, v128.load(line), v128.load(line, 16), v128.load(line, 192), v128.load(line, 208), v128.load(line, 384), v128.load(line, 400),
      v128.load(line, 576), v128.load(line, 592), v128.load(line, 768), v128.load(line, 784), v128.load(line, 960), v128.load(line, 976),
      to, 6 * step,
    );
  }
}

/** The same for tiles of dy: four rows of four pixels. */
function transformGradients(k: usize, at: usize, next: usize, lines: usize, to: usize, step: usize): void {
  let line = lines;
  for (const end = line + 768; line < end; line += 192, at += pitch) {
    const at1 = at + next, at2 = at1 + next, at3 = at2 + next;
    const a0 = v128.load(at), b0 = v128.load(at, 16), a1 = v128.load(at1), b1 = v128.load(at1, 16);
    const a2 = v128.load(at2), b2 = v128.load(at2, 16), a3 = v128.load(at3), b3 = v128.load(at3, 16);
    const s0 = v128.shuffle<f32>(a0, a1, 0, 4, 1, 5), t0 = v128.shuffle<f32>(b0, b1, 0, 4, 1, 5);
    const s1 = v128.shuffle<f32>(a0, a1, 2, 6, 3, 7), t1 = v128.shuffle<f32>(b0, b1, 2, 6, 3, 7);
    const s2 = v128.shuffle<f32>(a2, a3, 0, 4, 1, 5), t2 = v128.shuffle<f32>(b2, b3, 0, 4, 1, 5);
    const s3 = v128.shuffle<f32>(a2, a3, 2, 6, 3, 7), t3 = v128.shuffle<f32>(b2, b3, 2, 6, 3, 7);
    transformGradientWide(
      k, v128.shuffle<f64>(s0, s2, 0, 2), v128.shuffle<f64>(t0, t2, 0, 2), v128.shuffle<f64>(s0, s2, 1, 3), v128.shuffle<f64>(t0, t2, 1, 3),
      v128.shuffle<f64>(s1, s3, 0, 2), v128.shuffle<f64>(t1, t3, 0, 2), v128.shuffle<f64>(s1, s3, 1, 3), v128.shuffle<f64>(t1, t3, 1, 3),
      line, 32,
    );
  }
  line = lines;
  for (const end = line + 192; line < end; line += 32, to += step) {
    transformGradientWide(
      k, v128.load(line), v128.load(line, 16), v128.load(line, 192), v128.load(line, 208),
      v128.load(line, 384), v128.load(line, 400), v128.load(line, 576), v128.load(line, 592), to, 6 * step,
    );
  }
}

/**
 * Transforms eight tiles of products back: four pixels of each of four rows go to `to` and on, tile by tile, as if they were copied. At `check` are, for
 * each tile, zero, or NaN where a result is not finite.
 */
function transformTargets(k: usize, from: usize, step: usize, lines: usize, to: usize, check: usize): void {
  let line = lines;
  for (const end = line + 192; line < end; line += 32, from += step) transformBackWide(k, from, 6 * step, line, 192);
  const p1 = v128.load(k, nearPoint), q1 = v128.load(k, nearPoint + 16), p2 = v128.load(k, farPoint), q2 = v128.load(k, farPoint + 16);
  const p3 = v128.load(k, nearSquare), q3 = v128.load(k, nearSquare + 16), p4 = v128.load(k, farSquare), q4 = v128.load(k, farSquare + 16);
  const p5 = v128.load(k, nearCube), q5 = v128.load(k, nearCube + 16), p6 = v128.load(k, farCube), q6 = v128.load(k, farCube + 16);
  const zero = f32x4.splat(0);
  let e = zero, f = zero;
  line = lines;
  for (const end = line + 768; line < end; line += 192, to += pitch) {
    const x0 = v128.load(line), y0 = v128.load(line, 16), x5 = v128.load(line, 160), y5 = v128.load(line, 176);
    const x1 = v128.load(line, 32), y1 = v128.load(line, 48), x2 = v128.load(line, 64), y2 = v128.load(line, 80);
    const x3 = v128.load(line, 96), y3 = v128.load(line, 112), x4 = v128.load(line, 128), y4 = v128.load(line, 144);
    const nearEven = f32x4.add(x1, x2), nearEvenBeside = f32x4.add(y1, y2), nearOdd = f32x4.sub(x1, x2), nearOddBeside = f32x4.sub(y1, y2);
    const farEven = f32x4.add(x3, x4), farEvenBeside = f32x4.add(y3, y4), farOdd = f32x4.sub(x3, x4), farOddBeside = f32x4.sub(y3, y4);
    const a0 = f32x4.add(f32x4.add(x0, nearEven), farEven), b0 = f32x4.add(f32x4.add(y0, nearEvenBeside), farEvenBeside);
    const a1 = madd(f32x4.mul(nearOdd, p1), farOdd, p2), b1 = madd(f32x4.mul(nearOddBeside, q1), farOddBeside, q2);
    const a2 = madd(f32x4.mul(nearEven, p3), farEven, p4), b2 = madd(f32x4.mul(nearEvenBeside, q3), farEvenBeside, q4);
    const a3 = madd(madd(x5, nearOdd, p5), farOdd, p6), b3 = madd(madd(y5, nearOddBeside, q5), farOddBeside, q6);
    e = madd(e, f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)), zero);
    f = madd(f, f32x4.add(f32x4.add(b0, b1), f32x4.add(b2, b3)), zero);
    const s0 = v128.shuffle<f32>(a0, a1, 0, 4, 1, 5), t0 = v128.shuffle<f32>(b0, b1, 0, 4, 1, 5);
    const s1 = v128.shuffle<f32>(a0, a1, 2, 6, 3, 7), t1 = v128.shuffle<f32>(b0, b1, 2, 6, 3, 7);
    const s2 = v128.shuffle<f32>(a2, a3, 0, 4, 1, 5), t2 = v128.shuffle<f32>(b2, b3, 0, 4, 1, 5);
    const s3 = v128.shuffle<f32>(a2, a3, 2, 6, 3, 7), t3 = v128.shuffle<f32>(b2, b3, 2, 6, 3, 7);
    storePair(to, v128.shuffle<f64>(s0, s2, 0, 2), v128.shuffle<f64>(t0, t2, 0, 2));
    storePair(to + 32, v128.shuffle<f64>(s0, s2, 1, 3), v128.shuffle<f64>(t0, t2, 1, 3));
    storePair(to + 64, v128.shuffle<f64>(s1, s3, 0, 2), v128.shuffle<f64>(t1, t3, 0, 2));
    storePair(to + 96, v128.shuffle<f64>(s1, s3, 1, 3), v128.shuffle<f64>(t1, t3, 1, 3));
  }
  storePair(check, e, f);
}

export { wideLineBytes, transformSources, transformGradients, transformTargets };
