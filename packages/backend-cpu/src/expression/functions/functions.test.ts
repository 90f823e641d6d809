import { buildExpression, e, makeEvaluator, type Value } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { computeExpected, makePairs, makeProblem, makeUniforms, runAssembled } from "../testing.ts";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const points = 150_000;

/** The distance between neighbouring floats at y. */
function ulp(y: number): number {
  const exponent = Math.floor(Math.log2(Math.abs(Math.fround(y)) || Number.MIN_VALUE));
  return 2 ** (Math.max(exponent, -126) - 23);
}

/** Numbers spread over the interval, and over the float formats in it. */
function sweep(low: number, high: number): number[] {
  const next = makeUniforms();
  const spread = Array.from({ length: points }, () => Math.fround(low + (high - low) * next()));
  const bits = new Uint32Array(points).map(() => next() * 2 ** 32);
  const formats = [...new Float32Array(bits.buffer)].filter((x) => x >= low && x <= high);
  return [...spread, ...formats];
}

type Unary = "exp" | "expm1" | "log" | "log1p" | "sin" | "cos" | "tanh" | "erf";
const buildUnaryExpression = (op: Unary) => buildExpression({ inputs: ["f32"] }, ([x]) => e[op](x!));

/** The largest error in units of `unit(y)`, with where it is. */
function worstError(op: Unary, low: number, high: number, unit: (y: number) => number): number {
  const problem = makeProblem(buildUnaryExpression(op), [sweep(low, high)]);
  const evaluate = makeEvaluator(problem.expression);
  const [found] = runAssembled(problem);
  let worst = 0;
  problem.reads[0]!.data.forEach((x, index) => {
    const [y] = evaluate([x], [], index) as [number];
    if (Math.fround(y) === found![index]) return;
    worst = Math.max(worst, Math.abs(found![index]! - y) / unit(y));
  });
  return worst;
}

describe("accuracy", () => {
  test.each<[Unary, low: number, high: number, bound: number]>([
    ["exp", -104, 89, 1.02],
    ["exp", -1, 1, 1.02],
    ["expm1", -20, 89, 1.7],
    ["expm1", -1, 1, 1.7],
    ["log", 0, 3.4e38, 0.85],
    ["log", 0.5, 2, 0.85],
    ["log1p", -1, 3.4e38, 0.85],
    ["log1p", -0.9, 2, 0.85],
    ["tanh", -12, 12, 2.5],
    ["erf", -5, 5, 1.5],
  ])("%s from %d to %d is at most %d ulp off", (op, low, high, bound) => {
    expect(worstError(op, low, high, ulp)).toBeLessThanOrEqual(bound);
  });

  test.each<[Unary, number]>([
    ["sin", 7],
    ["sin", 1e5],
    ["sin", 3.4e38],
    ["cos", 7],
    ["cos", 1e5],
    ["cos", 3.4e38],
  ])("%s up to |x| = %d is at most 2.8 ulp off", (op, high) => {
    expect(worstError(op, -high, high, ulp)).toBeLessThanOrEqual(2.8);
  });

  test("sin and cos keep their precision near their zeros", () => {
    // The neighbours of multiples of pi / 2, and of all numbers the one that lies closest to one: 16367173 2^72.
    const zeros = Array.from({ length: 100_000 }, (_, n) => Math.fround((n * Math.PI) / 2));
    const x = [...zeros, 16_367_173 * 2 ** 72, -16_367_173 * 2 ** 72];
    const problem = makeProblem(
      buildExpression({ inputs: ["f32"] }, ([value]) => [e.sin(value!), e.cos(value!)]),
      [x],
    );
    const wanted = [Math.sin, Math.cos];
    runAssembled(problem).forEach((found, output) => {
      const errors = x.map((value, at) => {
        const y = wanted[output]!(value);
        return Math.abs(found[at]! - y) / ulp(y);
      });
      expect(errors.reduce((a, b) => Math.max(a, b))).toBeLessThanOrEqual(2.8);
    });
  });

  test("remainders are exact, however large the quotient", () => {
    const next = makeUniforms();
    const float = (): number =>
      Math.fround((next() < 0.5 ? -1 : 1) * (1 + next()) * 2 ** Math.floor(250 * next() - 125));
    const a = [
      26881.287,
      3e7,
      -3e38,
      2 ** -149,
      5,
      -5,
      0,
      -0,
      3e38,
      8_388_609,
      ...Array.from({ length: 50_000 }, float),
    ];
    const b = [
      0.52040267,
      0.3,
      2 ** -149,
      3,
      -5,
      5,
      2,
      2,
      3 * 2 ** -149,
      0.1,
      ...Array.from({ length: 50_000 }, float),
    ];
    const problem = makeProblem(
      buildExpression({ inputs: ["f32", "f32"] }, ([x, y]) => e.rem(x!, y!)),
      [a, b],
    );
    expect(runAssembled(problem)).toEqual(computeExpected(problem));
  });

  test.each<[string, high: number, bound: number]>([
    ["moderate exponents", 8, 1.2],
    ["all exponents", 88, 6],
  ])("pow with %s", (_, high, bound) => {
    const next = makeUniforms();
    const bases = sweep(2 ** -126, 4);
    const exponents = bases.map((x) => {
      const limit = Math.min(high < 10 ? high : inf, 87 / Math.abs(Math.log(x)));
      return Math.fround((2 * next() - 1) * limit);
    });
    const [found] = runAssembled(makeProblem(power, [bases, exponents]));
    let worst = 0;
    bases.forEach((x, index) => {
      const y = Math.fround(x) ** exponents[index]!;
      if (Number.isFinite(y)) worst = Math.max(worst, Math.abs(found![index]! - y) / ulp(y));
    });
    expect(worst).toBeLessThanOrEqual(bound);
  });
});

const angle = buildExpression({ inputs: ["f32", "f32"] }, ([y, x]) => e.atan2(y!, x!));

test("atan2 is at most 3.5 ulp off", () => {
  const next = makeUniforms();
  const ys = sweep(-4, 4);
  const xs = ys.map((y, index) => Math.fround(index % 2 === 0 ? 8 * next() - 4 : y * (4 * next() - 2)));
  const problem = makeProblem(angle, [ys, xs]);
  const [found] = runAssembled(problem);
  let worst = 0;
  problem.reads[0]!.data.forEach((y, index) => {
    const wanted = Math.atan2(y, problem.reads[1]!.data[index]!);
    if (Math.abs(wanted) >= 2 ** -126)
      worst = Math.max(worst, Math.abs(found![index]! - wanted) / ulp(wanted));
  });
  expect(worst).toBeLessThanOrEqual(3.5);
});

test("atan2 has the special values of IEEE 754", () => {
  const problem = makeProblem(angle, makePairs([0, -0, 1, -1, nan, inf, -inf, 3e38, 1e-38, 2 ** -149]));
  const [found] = runAssembled(problem);
  const [wanted] = computeExpected(problem);
  const isClose = (a: number, b: number): boolean => Object.is(a, b) || Math.abs(a - b) <= ulp(b);
  expect([...found!].filter((value, index) => !isClose(value, wanted![index]!))).toEqual([]);
});

const power = buildExpression({ inputs: ["f32", "f32"] }, ([x, y]) => e.pow(x!, y!));

describe("special values", () => {
  const smallest = 2 ** -149;
  test.each<[Unary, x: readonly number[], y: readonly number[]]>([
    ["exp", [nan, inf, -inf, 0, 89, 3e38, -104, -3e38, smallest], [nan, inf, 0, 1, inf, inf, 0, 0, 1]],
    ["expm1", [nan, inf, -inf, 0, -0, 89, -50, smallest], [nan, inf, -1, 0, -0, inf, -1, smallest]],
    ["log", [nan, inf, -inf, 0, -0, -1, 1], [nan, inf, nan, -inf, -inf, nan, 0]],
    ["log1p", [nan, inf, -inf, 0, -1, -2, smallest], [nan, inf, nan, 0, -inf, nan, smallest]],
    ["sin", [nan, inf, -inf, 0, smallest], [nan, nan, nan, 0, smallest]],
    ["cos", [nan, inf, -inf, 0, smallest], [nan, nan, nan, 1, 1]],
    ["tanh", [nan, inf, -inf, 0, -0, 50, -50, smallest], [nan, 1, -1, 0, -0, 1, -1, smallest]],
    ["erf", [nan, inf, -inf, 0, -0, 4, -9], [nan, 1, -1, 0, -0, 1, -1]],
  ])("%s", (op, x, y) => {
    const [found] = runAssembled(makeProblem(buildUnaryExpression(op), [x]));
    expect([...found!]).toEqual(y);
  });

  test("exp gives denormal results", () => {
    const [found] = runAssembled(makeProblem(buildUnaryExpression("exp"), [[-95, -100, -103]]));
    expect([...found!]).toEqual([-95, -100, -103].map((x) => Math.fround(Math.exp(x))));
  });

  test("pow follows IEEE 754", () => {
    const special = [0, -0, 1, -1, nan, inf, -inf, smallest, -smallest, 1e-38, 3e38, -3e38, 2, 3, -2, -3];
    const more = [0.5, -0.5, 1.5, 1e10, -1e10, 16_777_217, 8_388_607.5, 65_535, -65_535];
    const problem = makeProblem(power, makePairs([...special, ...more]));
    const [found] = runAssembled(problem);
    const [wanted] = computeExpected(problem);
    const isClose = (a: number, b: number): boolean => Object.is(a, b) || Math.abs(a - b) <= ulp(b);
    const [bases, exponents] = problem.reads.map(({ data }) => data);
    const wrong = [...found!].flatMap((y, index) =>
      isClose(y, wanted![index]!)
        ? []
        : [`${bases![index]}^${exponents![index]} = ${y}, not ${wanted![index]}`],
    );
    expect(wrong).toEqual([]);
  });
});

test("pow by a constant", () => {
  for (const exponent of [-2, -1, -0.5, 0, 0.5, 1, 2, 3, 4]) {
    const expression = buildExpression({ inputs: ["f32"] }, ([x]) => e.pow(x!, exponent));
    const problem = makeProblem(expression, [
      [0, -0, nan, inf, -inf, 1e-30, -1e20, ...sweep(-4, 4).slice(0, 5000)],
    ]);
    const [found] = runAssembled(problem);
    const wanted = computeExpected(problem)[0]!;
    const isClose = (a: number, b: number): boolean => Object.is(a, b) || Math.abs(a - b) <= 1.01 * ulp(b);
    expect([...found!].filter((y, index) => !isClose(y, wanted[index]!))).toEqual([]);
  }
});

test("integer division truncates, wraps, and gives 0 for a divisor of 0", () => {
  const divide = (type: "i32" | "u32") =>
    buildExpression({ inputs: [type, type] }, ([a, b]: Value[]) => [e.div(a!, b!), e.rem(a!, b!)]);
  const least = -(2 ** 31);
  const a = [7, -7, 7, -7, 5, least, least, least];
  const b = [2, 2, -2, -2, 0, -1, 0, 1];
  const [quotient, remainder] = runAssembled(makeProblem(divide("i32"), [a, b]));
  expect([...quotient!]).toEqual([3, -3, -3, 3, 0, least, 0, least]);
  expect([...remainder!]).toEqual([1, -1, 1, -1, 0, 0, 0, 0]);
  const unsigned = makeProblem(divide("u32"), [
    [2 ** 32 - 1, 2 ** 32 - 1, 9],
    [2, 1, 0],
  ]);
  expect(runAssembled(unsigned).map((array) => [...array])).toEqual([
    [2 ** 31 - 1, 2 ** 32 - 1, 0],
    [1, 0, 0],
  ]);
});

test("random integers divide exactly", () => {
  const next = makeUniforms();
  const random = (): number[] => Array.from({ length: 5000 }, () => Math.floor(2 ** (32 * next())) >>> 0);
  for (const type of ["i32", "u32"] as const) {
    const expression = buildExpression({ inputs: [type, type] }, ([a, b]) => [e.div(a!, b!), e.rem(a!, b!)]);
    const problem = makeProblem(expression, [random(), random()]);
    expect(runAssembled(problem)).toEqual(computeExpected(problem));
  }
});
