import type { BinaryFunction, Comparison, ScalarType, UnaryFunction, Value } from "@evenkeel/tensor";
import { buildExpression, e } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { assembleExpression } from "./assemble.ts";
import { computeExpected, makePairs, makeProblem, runAssembled } from "./testing.ts";

type Number32 = "f32" | "i32" | "u32";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const least = -(2 ** 31);
const largest = 2 ** 31 - 1;

const values: { readonly [type in ScalarType]: readonly number[] } = {
  f32: [
    0,
    -0,
    1,
    -1,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    3,
    7.25,
    -7.75,
    1e-45,
    -1e-38,
    1e10,
    -3e38,
    2 ** 24 - 1,
    nan,
    inf,
    -inf,
  ],
  i32: [0, 1, -1, 2, -2, 3, 7, -7, 31, 32, 33, 65_537, -65_537, 123_456_789, largest, -largest, least],
  u32: [
    0,
    1,
    2,
    3,
    7,
    31,
    32,
    33,
    65_537,
    123_456_789,
    largest,
    2 ** 31,
    2 ** 31 + 1,
    2 ** 32 - 2,
    2 ** 32 - 1,
  ],
  bool: [0, 1],
};

const numbers: readonly Number32[] = ["f32", "i32", "u32"];
const words: readonly ScalarType[] = ["i32", "u32", "bool"];
const every: readonly ScalarType[] = ["f32", "i32", "u32", "bool"];

/** The types of each function that is exact; the others have tests of their accuracy. */
const exactUnary: { readonly [op in UnaryFunction]?: readonly ScalarType[] } = {
  neg: numbers,
  abs: numbers,
  floor: ["f32"],
  ceil: ["f32"],
  round: ["f32"],
  trunc: ["f32"],
  sqrt: ["f32"],
  isNan: ["f32"],
  not: words,
};
const exactBinary: { readonly [op in Exclude<BinaryFunction, "pow" | "atan2">]: readonly ScalarType[] } = {
  add: numbers,
  sub: numbers,
  mul: numbers,
  div: numbers,
  rem: ["i32", "u32"],
  min: numbers,
  max: numbers,
  and: words,
  or: words,
  xor: words,
  shiftLeft: ["i32", "u32"],
  shiftRight: ["i32", "u32"],
};
const comparisons: { readonly [op in Comparison]: readonly ScalarType[] } = {
  equal: every,
  notEqual: every,
  less: every,
  lessEqual: every,
  greater: every,
  greaterEqual: every,
};

const cases = (table: { readonly [op: string]: readonly ScalarType[] }): [op: string, type: ScalarType][] =>
  Object.entries(table).flatMap(([op, types]) => types.map((type): [string, ScalarType] => [op, type]));

const functions = e as unknown as { readonly [op: string]: (...operands: Value[]) => Value };

describe("functions of one operand", () => {
  test.each(cases(exactUnary))("%s of %s", (op, type) => {
    const expression = buildExpression({ inputs: [type] }, ([x]) => functions[op]!(x!));
    const problem = makeProblem(expression, [values[type]]);
    expect(runAssembled(problem)).toEqual(computeExpected(problem));
  });
});

describe("functions of two operands", () => {
  test.each(cases({ ...exactBinary, ...comparisons }))("%s of %s", (op, type) => {
    const expression = buildExpression({ inputs: [type, type] }, ([a, b]) => functions[op]!(a!, b!));
    const problem = makeProblem(expression, makePairs(values[type]));
    expect(runAssembled(problem)).toEqual(computeExpected(problem));
  });

  test.each(["shiftLeft", "shiftRight"] as const)("%s by a constant, modulo 32", (op) => {
    for (const count of [0, 1, 31, 32, 45]) {
      for (const type of ["i32", "u32"] as const) {
        const expression = buildExpression({ inputs: [type] }, ([x]) => e[op](x!, count));
        const problem = makeProblem(expression, [values[type]]);
        expect(runAssembled(problem)).toEqual(computeExpected(problem));
      }
    }
  });

  test("rem of floats is exact while the quotient is below 2^28", () => {
    const expression = buildExpression({ inputs: ["f32", "f32"] }, ([a, b]) => e.rem(a!, b!));
    const [a, b] = makePairs(values.f32);
    const isExact = (position: number): boolean => {
      const quotient = Math.abs(Math.fround(a[position]!) / Math.fround(b[position]!));
      return !(quotient >= 2 ** 28) || quotient === inf;
    };
    const problem = makeProblem(expression, [a.filter((_, i) => isExact(i)), b.filter((_, i) => isExact(i))]);
    // toEqual tells zeros apart, but the remainder of a negative number may be either zero.
    const [found] = runAssembled(problem);
    const [wanted] = computeExpected(problem);
    expect(found!.map((x) => x + 0)).toEqual(wanted!.map((x) => x + 0));
  });
});

test("casts between all types", () => {
  for (const from of every) {
    for (const to of every) {
      const expression = buildExpression({ inputs: [from] }, ([x]) => e.cast(x!, to));
      const extra = from === "f32" ? [2 ** 31, 2 ** 32, -(2 ** 33), 4e9, -2e9, 0.99, -0.99] : [];
      const problem = makeProblem(expression, [[...values[from], ...extra]]);
      expect(runAssembled(problem), `${from} to ${to}`).toEqual(computeExpected(problem));
    }
  }
});

test("bitcasts preserve the bits", () => {
  const bits = [0, 1, 0x7f80_0000, 0x8000_0000, 0x3f80_0000, 0xc123_4567, 0x0012_3456];
  for (const to of ["f32", "i32"] as const) {
    const there = buildExpression({ inputs: ["u32"] }, ([x]) => e.bitcast(x!, to));
    const back = buildExpression({ inputs: ["u32"] }, ([x]) => e.bitcast(e.bitcast(x!, to), "u32"));
    expect(runAssembled(makeProblem(there, [bits]))).toEqual(computeExpected(makeProblem(there, [bits])));
    expect([...runAssembled(makeProblem(back, [bits]))[0]!]).toEqual(bits);
  }
  const ofBool = buildExpression({ inputs: ["bool"] }, ([x]) => e.bitcast(x!, "u32"));
  expect([...runAssembled(makeProblem(ofBool, [[0, 1]]))[0]!]).toEqual([0, 1]);
});

describe("select", () => {
  test.each(every)("of %s", (type) => {
    const expression = buildExpression({ inputs: ["bool", type, type] }, ([c, a, b]) => e.select(c!, a!, b!));
    const [a, b] = makePairs(values[type]);
    const problem = makeProblem(expression, [a.map((_, index) => index % 2), a, b]);
    expect(runAssembled(problem)).toEqual(computeExpected(problem));
  });

  test("of the operands of its own comparison, as minimum and maximum", () => {
    const expression = buildExpression({ inputs: ["f32", "f32"] }, ([a, b]) => [
      e.select(e.less(a!, b!), a!, b!),
      e.select(e.less(a!, b!), b!, a!),
      e.select(e.greater(a!, b!), a!, b!),
      e.select(e.greater(a!, b!), b!, a!),
      e.select(e.lessEqual(a!, b!), a!, b!),
    ]);
    const problem = makeProblem(expression, makePairs(values.f32));
    expect(runAssembled(problem)).toEqual(computeExpected(problem));
  });
});

test("scalars of every type, constants and the index", () => {
  const expression = buildExpression(
    { inputs: ["f32"], scalars: ["f32", "i32", "u32", "bool"] },
    ([x], [a, i, u, c]) => [
      e.add(e.mul(x!, a!), 0.25),
      e.add(i!, -7),
      e.add(u!, e.indexLike(x!)),
      e.not(c!),
      e.select(c!, x!, -1),
    ],
  );
  const x = Array.from({ length: 39 }, (_, index) => index - 5);
  for (const scalars of [
    [0.5, -3, 4e9, 1],
    [-2, least, 0, 0],
  ]) {
    const problem = makeProblem(expression, [x], scalars);
    expect(runAssembled(problem)).toEqual(computeExpected(problem));
  }
});

test("a function that a type does not have is an error", () => {
  const expression = buildExpression({ inputs: ["i32"] }, ([x]) => e.floor(x!));
  expect(() => assembleExpression(expression, { rank: 1, innermost: [1] })).toThrow(/floor: found i32/);
});
