import { describe, expect, test } from "vitest";
import type { AnyOp, Attributes } from "../../core/op.ts";
import type { Spec } from "../../core/spec.ts";
import { differentiate } from "../../expression/differentiate.ts";
import { erf as erfOf } from "../../expression/evaluate.ts";
import { type Expression, makeEvaluator } from "../../expression/index.ts";
import * as ops from "../index.ts";

const f32: Spec = { shape: [], dtype: "f32" };

/** The op as a plain function of numbers, and its symbolic derivatives. */
function makeFunctions(op: AnyOp, arity: number, scalars: readonly number[] = [], attrs: Attributes = {}) {
  if (!("expression" in op.meaning)) throw new Error(`${op.name} is no expression`);
  const expression: Expression = op.meaning.expression(new Array(arity).fill(f32), attrs);
  const value = makeEvaluator(expression);
  const inputs = Array.from({ length: arity }, (_, input) => input);
  const first = differentiate(expression, { needed: inputs, given: [0] });
  const slope = makeEvaluator(first);
  const curvature = makeEvaluator(differentiate(first, { needed: inputs, given: [0] }));
  return {
    at: (...x: number[]) => value(x, scalars, 0)[0]!,
    slopes: (...x: number[]) => slope([...x, 1], scalars, 0),
    /** Second derivatives with respect to the first input. */
    curvatures: (...x: number[]) => curvature([...x, 1, 1], scalars, 0),
  };
}

const normalDistribution = (x: number): number => (1 + erfOf(x / Math.SQRT2)) / 2;
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const c = Math.sqrt(2 / Math.PI);

interface Definition {
  readonly op: AnyOp;
  readonly of: (x: number) => number;
  readonly scalars?: readonly number[];
  readonly attrs?: Attributes;
  readonly points?: readonly number[];
}

const smooth: readonly Definition[] = [
  { op: ops.negOp, of: (x) => -x },
  { op: ops.absOp, of: Math.abs },
  { op: ops.expOp, of: Math.exp },
  { op: ops.expm1Op, of: Math.expm1 },
  { op: ops.logOp, of: Math.log, points: [0.1, 1, 3] },
  { op: ops.log1pOp, of: Math.log1p, points: [-0.5, 1e-9, 3] },
  { op: ops.sqrtOp, of: Math.sqrt, points: [0.1, 1, 4] },
  { op: ops.rsqrtOp, of: (x) => 1 / Math.sqrt(x), points: [0.1, 1, 4] },
  { op: ops.squareOp, of: (x) => x ** 2 },
  { op: ops.reciprocalOp, of: (x) => 1 / x },
  { op: ops.sinOp, of: Math.sin },
  { op: ops.cosOp, of: Math.cos },
  { op: ops.tanOp, of: Math.tan, points: [-1.2, -0.3, 0, 0.9, 1.4] },
  { op: ops.asinOp, of: Math.asin, points: [-0.9, -0.2, 0, 0.5, 0.95] },
  { op: ops.acosOp, of: Math.acos, points: [-0.9, -0.2, 0, 0.5, 0.95] },
  { op: ops.atanOp, of: Math.atan, points: [-3.3, -0.7, 0, 0.9, 2.6] },
  { op: ops.sinhOp, of: Math.sinh, points: [-3.3, -0.7, 0, 0.9, 2.6] },
  { op: ops.coshOp, of: Math.cosh, points: [-3.3, -0.7, 0, 0.9, 2.6] },
  { op: ops.asinhOp, of: Math.asinh, points: [-3.3, -0.7, 0.2, 0.9, 1e4] },
  { op: ops.acoshOp, of: Math.acosh, points: [1.1, 2.6, 9000] },
  { op: ops.atanhOp, of: Math.atanh, points: [-0.9, -0.2, 0.3, 0.8] },
  { op: ops.exp2Op, of: (x) => 2 ** x },
  { op: ops.log2Op, of: Math.log2, points: [0.1, 1, 1.2, 3, 4] },
  { op: ops.log10Op, of: Math.log10, points: [0.1, 1, 3] },
  { op: ops.nanToNumOp, of: (x) => x, scalars: [7, 8, 9] },
  { op: ops.tanhOp, of: Math.tanh },
  { op: ops.erfOp, of: erfOf },
  { op: ops.sigmoidOp, of: logistic },
  { op: ops.siluOp, of: (x) => x * logistic(x) },
  { op: ops.reluOp, of: (x) => Math.max(x, 0) },
  { op: ops.leakyReluOp, of: (x) => (x > 0 ? x : 0.1 * x), scalars: [0.1] },
  { op: ops.eluOp, of: (x) => (x > 0 ? x : 1.5 * (Math.exp(x) - 1)), scalars: [1.5] },
  { op: ops.softplusOp, of: (x) => Math.log(1 + Math.exp(2 * x)) / 2, scalars: [2] },
  { op: ops.geluOp, of: (x) => x * normalDistribution(x), attrs: { approximate: "none" } },
  {
    op: ops.geluOp,
    of: (x) => (x / 2) * (1 + Math.tanh(c * (x + 0.044715 * x ** 3))),
    attrs: { approximate: "tanh" },
  },
  { op: ops.hardtanhOp, of: (x) => Math.min(Math.max(x, -1), 2), scalars: [-1, 2] },
  { op: ops.hardsigmoidOp, of: (x) => Math.min(Math.max(x / 6 + 0.5, 0), 1) },
  { op: ops.hardswishOp, of: (x) => x * Math.min(Math.max(x / 6 + 0.5, 0), 1) },
  { op: ops.softshrinkOp, of: (x) => Math.sign(x) * Math.max(Math.abs(x) - 0.5, 0), scalars: [0.5] },
  { op: ops.hardshrinkOp, of: (x) => (Math.abs(x) > 0.5 ? x : 0), scalars: [0.5] },
  { op: ops.tanhshrinkOp, of: (x) => x - Math.tanh(x) },
  { op: ops.thresholdOp, of: (x) => (x > 0.5 ? x : -7), scalars: [0.5, -7] },
  {
    op: ops.seluOp,
    of: (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.exp(x) - 1)),
  },
  { op: ops.celuOp, of: (x) => (x > 0 ? x : 1.5 * (Math.exp(x / 1.5) - 1)), scalars: [1.5] },
  { op: ops.logSigmoidOp, of: (x) => Math.log(logistic(x)) },
  { op: ops.mishOp, of: (x) => x * Math.tanh(Math.log(1 + Math.exp(x))) },
  { op: ops.softsignOp, of: (x) => x / (1 + Math.abs(x)) },
  {
    op: ops.clampOp,
    of: (x) => Math.min(Math.max(x, -1), 2),
    scalars: [-1, 2],
    attrs: { min: true, max: true },
  },
  { op: ops.clampOp, of: (x) => Math.max(x, 0.5), scalars: [0.5], attrs: { min: true, max: false } },
  { op: ops.clampOp, of: (x) => Math.min(x, 0.5), scalars: [0.5], attrs: { min: false, max: true } },
  { op: ops.floorOp, of: Math.floor },
  { op: ops.ceilOp, of: Math.ceil },
  { op: ops.truncOp, of: Math.trunc },
  { op: ops.roundOp, of: Math.round },
  { op: ops.signOp, of: Math.sign },
];

const step = 1e-4;
const inf = Number.POSITIVE_INFINITY;

describe.each(smooth.map((definition) => [definition.op.name, definition] as const))(
  "%s",
  (_, definition) => {
    const { op, of, scalars, attrs, points = [-3.3, -0.7, 0.2, 0.9, 2.6] } = definition;
    const f = makeFunctions(op, 1, scalars, attrs);

    test.each(points)("agrees with its definition at %d", (x) => {
      expect(f.at(x)).toBeCloseTo(of(x), 12);
    });

    test.each(points)("has the right slope and curvature at %d", (x) => {
      const slope = (of(x + step) - of(x - step)) / (2 * step);
      const curvature = (of(x + step) - 2 * of(x) + of(x - step)) / step ** 2;
      expect(Math.abs(f.slopes(x)[0]! - slope)).toBeLessThan(1e-5 * (1 + Math.abs(slope)));
      expect(Math.abs(f.curvatures(x)[0]! - curvature)).toBeLessThan(1e-4 * (1 + Math.abs(curvature)));
    });

    test.skipIf(op.name === "nanToNum")("NaN stays NaN", () => {
      expect(f.at(Number.NaN)).toBeNaN();
    });
  },
);

describe("derivatives far from 0", () => {
  const names = [
    ...["sigmoid", "silu", "softplus", "elu", "gelu", "tanh", "erf", "hardtanh", "leakyRelu"],
    ...["hardsigmoid", "hardswish", "selu", "celu", "logSigmoid", "mish", "softsign", "tanhshrink"],
  ];
  const saturating = smooth.filter(({ op }) => names.includes(op.name));
  test.each(saturating.map(({ op, ...rest }) => [op.name, op, rest] as const))(
    "%s has finite slopes and curvatures",
    (_name, op, { scalars, attrs }) => {
      const f = makeFunctions(op, 1, scalars, attrs);
      for (const magnitude of [20, 90, 800, 1e5, 1e20, 1e37]) {
        for (const x of [magnitude, -magnitude]) {
          expect(f.slopes(x)[0], `slope at ${x}`).toSatisfy(Number.isFinite);
          expect(f.curvatures(x)[0], `curvature at ${x}`).toSatisfy(Number.isFinite);
        }
      }
    },
  );
});

describe("kinks and ties, as in PyTorch", () => {
  const computeSlope = (op: AnyOp, x: number, scalars: readonly number[] = [], attrs: Attributes = {}) =>
    makeFunctions(op, 1, scalars, attrs).slopes(x)[0];

  test("functions of one input", () => {
    expect(computeSlope(ops.absOp, 0)).toBe(0);
    expect(computeSlope(ops.reluOp, 0)).toBe(0);
    expect(computeSlope(ops.leakyReluOp, 0, [0.25])).toBe(0.25);
    expect(computeSlope(ops.eluOp, 0, [3])).toBe(3);
    expect(computeSlope(ops.softplusOp, 0, [1])).toBe(0.5);
    expect(computeSlope(ops.sigmoidOp, 0)).toBe(0.25);
    expect(computeSlope(ops.signOp, 0)).toBe(0);
    expect(computeSlope(ops.asinhOp, 0)).toBe(1);
    expect(computeSlope(ops.atanhOp, 0)).toBe(1);
    expect([1, -1].map((x) => computeSlope(ops.asinOp, x))).toEqual([inf, inf]);
    expect([1, -1].map((x) => computeSlope(ops.acosOp, x))).toEqual([-inf, -inf]);
    const bounds = { min: true, max: true };
    expect([-1, 1].map((x) => computeSlope(ops.clampOp, x, [-1, 1], bounds))).toEqual([1, 1]);
    expect([-1, 1].map((x) => computeSlope(ops.hardtanhOp, x, [-1, 1]))).toEqual([0, 0]);
    expect([-3, 3].map((x) => computeSlope(ops.hardsigmoidOp, x))).toEqual([0, 0]);
    expect([-3, 3].map((x) => computeSlope(ops.hardswishOp, x))).toEqual([0, 1]);
    expect([-1, 1].map((x) => computeSlope(ops.softshrinkOp, x, [1]))).toEqual([0, 0]);
    expect([-1, 1].map((x) => computeSlope(ops.hardshrinkOp, x, [1]))).toEqual([0, 0]);
    expect(computeSlope(ops.thresholdOp, 1, [1, 5])).toBe(0);
  });

  test("functions of two inputs", () => {
    expect(makeFunctions(ops.maximumOp, 2).slopes(2, 2)).toEqual([0.5, 0.5]);
    expect(makeFunctions(ops.minimumOp, 2).slopes(2, 2)).toEqual([0.5, 0.5]);
    expect(makeFunctions(ops.maximumOp, 2).slopes(3, 2)).toEqual([1, 0]);
    expect(makeFunctions(ops.atan2Op, 2).slopes(0, 0)).toEqual([0, -0]);
    expect(makeFunctions(ops.atan2Op, 2).slopes(3, 4)).toEqual([0.16, -0.12]);
    expect(makeFunctions(ops.logaddexpOp, 2).slopes(2, 2)).toEqual([0.5, 0.5]);
    expect(makeFunctions(ops.modOp, 2).slopes(-7.5, 2)).toEqual([1, 4]);
    expect(makeFunctions(ops.floorDivideOp, 2).slopes(-7.5, 2).map(Math.abs)).toEqual([0, 0]);
    expect(makeFunctions(ops.powerOp, 2).slopes(0, 2)).toEqual([0, 0]);
    expect(makeFunctions(ops.powerOp, 2).slopes(0, 0)).toEqual([0, 0]);
    expect(makeFunctions(ops.powerOp, 2).slopes(2, 3)).toEqual([12, 8 * Math.LN2]);
    expect(makeFunctions(ops.divOp, 2).slopes(3, 2)).toEqual([0.5, -0.75]);
    expect(makeFunctions(ops.remOp, 2).slopes(7.5, 2)).toEqual([1, -3]);
  });

  test("sign preserves zeros, and ties are rounded to even", () => {
    const sign = makeFunctions(ops.signOp, 1);
    expect([sign.at(0), sign.at(-0)]).toEqual([0, -0]);
    expect([0.5, 1.5, 2.5, -0.5].map((x) => makeFunctions(ops.roundOp, 1).at(x))).toEqual([0, 2, 2, -0]);
  });
});

test("softsign keeps the precision of its derivative far from 0", () => {
  const softsign = makeFunctions(ops.softsignOp, 1);
  expect(softsign.slopes(-1e9)[0]! * (1 + 1e9) ** 2).toBeCloseTo(1, 12);
  expect([softsign.at(Number.POSITIVE_INFINITY), softsign.at(Number.NEGATIVE_INFINITY)]).toEqual([1, -1]);
});

describe("small values keep their precision", () => {
  test("sigmoid, softplus and silu in the left tail", () => {
    for (const op of [ops.sigmoidOp, ops.softplusOp]) {
      expect(makeFunctions(op, 1, op === ops.softplusOp ? [1] : []).at(-50) / Math.exp(-50)).toBeCloseTo(
        1,
        12,
      );
    }
    expect(makeFunctions(ops.mishOp, 1).at(-50) / (-50 * Math.exp(-50))).toBeCloseTo(1, 12);
    expect(makeFunctions(ops.logSigmoidOp, 1).at(50) / -Math.exp(-50)).toBeCloseTo(1, 12);
    expect(makeFunctions(ops.siluOp, 1).at(-50) / (-50 * Math.exp(-50))).toBeCloseTo(1, 12);
  });
});
