import type { FunctionWriter } from "./function-writer.ts";
import { valueTypes } from "./function-writer.ts";
import { control, f32x4, f64x2, i32x4, v128 } from "./opcodes.ts";

/** Functions whose exact results need float64, which is computed in two lanes at a time. */

const listBytes = (...firsts: number[]): number[] =>
  firsts.flatMap((first) => Array.from({ length: 8 }, (_, byte) => first + byte));

/** Writes a function of two lanes once for each half of a vector and joins the results. */
function emitHalves(f: FunctionWriter, half: (get: (local: number) => FunctionWriter) => void): void {
  half((local) => f.get(local));
  half((local) =>
    f
      .get(local)
      .get(local)
      .op(v128.shuffle, ...listBytes(8, 8)),
  );
  f.op(v128.shuffle, ...listBytes(0, 16));
}

/** Quotients of 32-bit integers are exact in float64 once truncated; a divisor of 0 gives 0. */
export function emitUnsignedDivision(f: FunctionWriter, a: number, b: number): void {
  emitHalves(f, (get) => {
    get(a).op(f64x2.convertLowI32U);
    get(b).op(f64x2.convertLowI32U).op(f64x2.div).op(i32x4.truncSatF64UZero);
  });
  f.get(b).words(0).op(i32x4.ne).op(v128.and);
}

/** Pushes a float64 constant in both lanes. */
function pushDouble(f: FunctionWriter, value: number): FunctionWriter {
  const [low, high] = new Uint32Array(Float64Array.of(value).buffer) as unknown as [number, number];
  return f.words(low, high, low, high);
}

/**
 * a - trunc(a / b) b. The product is exact for the upper 28 bits of the quotient; the rest is divided again until no bit of the
 * quotient is missing.
 */
export function emitFloatRemainder(f: FunctionWriter, a: number, b: number): void {
  const [rest, divisor, quotient] = [0, 1, 2].map(() => f.addLocal(valueTypes.v128)) as [
    number,
    number,
    number,
  ];
  emitHalves(f, (get) => {
    get(a).op(f64x2.promoteLowF32).set(rest);
    get(b).op(f64x2.promoteLowF32).set(divisor);
    f.loop(() => {
      f.get(rest).get(rest).get(divisor).op(f64x2.div).op(f64x2.trunc);
      f.words(-(2 ** 25), -1, -(2 ** 25), -1)
        .op(v128.and)
        .tee(quotient);
      f.get(divisor).op(f64x2.mul).op(f64x2.sub).set(rest);
      pushDouble(f.get(quotient).op(f64x2.abs), 2 ** 28)
        .op(f64x2.ge)
        .op(v128.anyTrue);
      f.op(control.branchIf, 0);
    });
    f.get(rest).op(f32x4.demoteF64Zero);
  });
}

/** 2^15 as an f32: up to there the sine is computed in f32, from x minus a multiple of pi / 2. */
const fewTurns = 0x47000000;

/**
 * 2^24 / 2 pi in parts of 28 bits, whose products with an f32 are exact in float64. They reach 2^-70 of a turn for the largest x.
 * The digits are those of 2 / pi in fdlibm.
 */
const turnParts = [0xa2f9836, 0xe4e4415, 0x29fc275, 0x7d1f534, 0xddc0db6, 0x295993c, 0x439041f].map(
  (digits, part) => digits * 2 ** (22 - 28 * (part + 1)),
);

/** sin a = a (1 - a^2 / 2 3 (1 - a^2 / 4 5 (...))): what follows a^13 is less than 1e-9 for |a| up to pi / 2. */
const sineSteps = [12, 10, 8, 6, 4, 2].map((even) => -1 / (even * (even + 1)));

/** sin(x + quadrants pi / 2) for every x. `near` holds it where |x| is small; `emitFarSine` computes it elsewhere. */
export function emitSine(f: FunctionWriter, x: number, near: number, quadrants: number): void {
  const isFar = f.addLocal(valueTypes.v128);
  const result = f.addLocal(valueTypes.v128);
  f.get(near).set(result);
  f.get(x).op(f32x4.abs).words(fewTurns).op(f32x4.gt).tee(isFar).op(v128.anyTrue);
  f.if(() => {
    emitHalves(f, (get) => emitFarSine(get(x), quadrants));
    f.get(near).get(isFar).op(v128.bitselect).set(result);
  });
  f.get(result);
}

/**
 * The sine of the two lower lanes on the stack, from their exact fraction of a turn. The product of x and each part of 1 / 2 pi is
 * split into a multiple of 2^-24 turns and a rest. Without their whole turns, the multiples are summed without rounding.
 */
function emitFarSine(f: FunctionWriter, quadrants: number): void {
  const [x, whole, rest, term, rounded] = Array.from({ length: 5 }, () => f.addLocal(valueTypes.v128)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const times = (factor: number): FunctionWriter => pushDouble(f, factor).op(f64x2.mul);
  f.op(f64x2.promoteLowF32).set(x);
  pushDouble(f, quadrants * 2 ** 22).set(whole);
  pushDouble(f, 0).set(rest);
  for (const part of turnParts) {
    f.get(rest).get(x);
    times(part).tee(term).get(term).op(f64x2.nearest).tee(rounded);
    f.op(f64x2.sub).op(f64x2.add).set(rest);
    f.get(whole).get(rounded).get(rounded);
    times(2 ** -24).op(f64x2.nearest);
    times(2 ** 24)
      .op(f64x2.sub)
      .op(f64x2.add)
      .set(whole);
  }
  // Half turns are counted and taken away: an odd number of them changes the sign.
  f.get(whole);
  times(2 ** -23)
    .op(f64x2.nearest)
    .set(rounded);
  f.get(whole).get(rounded);
  times(2 ** 23)
    .op(f64x2.sub)
    .get(rest)
    .op(f64x2.add);
  times((2 * Math.PI) / 2 ** 24)
    .tee(x)
    .get(x)
    .op(f64x2.mul)
    .set(term);
  pushDouble(f, 1);
  for (const step of sineSteps) pushDouble(times(step).get(term).op(f64x2.mul), 1).op(f64x2.add);
  f.get(x).op(f64x2.mul);
  pushDouble(f, 1).get(rounded).get(rounded);
  times(0.5).op(f64x2.nearest);
  times(2).op(f64x2.sub).op(f64x2.abs);
  times(2).op(f64x2.sub).op(f64x2.mul).op(f32x4.demoteF64Zero);
}
