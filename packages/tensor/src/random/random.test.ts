import { describe, expect, test } from "vitest";
import { ArgumentError } from "../checks/errors.ts";
import type { Op } from "../core/op.ts";
import { makeEvaluator } from "../expression/evaluate.ts";
import {
  bernoulli,
  bernoulliOp,
  normal,
  normalOp,
  randomBits,
  randomBitsOp,
  uniform,
  uniformOp,
} from "../ops/creation/random.ts";
import { RecordingBackend } from "../testing/recording-backend.ts";
import type { DrawAttributes } from "./draw.ts";
import { drawPermutation } from "./host-permutation.ts";
import { manualSeed, RandomSource } from "./random-source.ts";
import { threefry, threefry2x32 } from "./threefry.ts";

/** The first `count` draws of an op under the key (seed 42, stream 7). */
function drawn(op: Op<DrawAttributes>, count: number, parameters: readonly number[] = []): number[] {
  if (!("expression" in op.meaning)) throw new Error(`${op.name} is no expression`);
  const evaluate = makeEvaluator(op.meaning.expression([], { shape: [count] }));
  return Array.from({ length: count }, (_, index) => evaluate([], [42, 7, ...parameters], index)[0]!);
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe("Threefry-2x32, 20 rounds", () => {
  // The known answers of Random123, the authors' own implementation (kat_vectors).
  test.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ] as [[number, number], [number, number], [number, number]][])(
    "key %j, counter %j",
    (key, counter, expected) => {
      expect(threefry2x32(key, counter)).toEqual(expected);
    },
  );

  test("the expression draws what the host draws", () => {
    expect(drawn(randomBitsOp, 100)).toEqual(
      Array.from({ length: 100 }, (_, index) => threefry(42, 7, index)),
    );
  });
});

describe("distributions", () => {
  const count = 20_000;

  test("uniforms are multiples of 2^-24 in [0, 1), evenly spread", () => {
    const values = drawn(uniformOp, count, [0, 1]);
    expect(values.every((x) => x >= 0 && x < 1 && Number.isInteger(x * 2 ** 24))).toBe(true);
    expect(values.slice(0, 9)).toEqual(
      Array.from({ length: 9 }, (_, index) => (threefry(42, 7, index) >>> 8) / 2 ** 24),
    );
    // Five standard errors: sqrt(1 / 12 / count) = 0.002.
    expect(Math.abs(mean(values) - 0.5)).toBeLessThan(0.01);
    expect(Math.abs(mean(values.map((x) => (x - 0.5) ** 2)) - 1 / 12)).toBeLessThan(0.003);
  });

  test("normals have the moments of a normal distribution", () => {
    const values = drawn(normalOp, count, [0, 1]);
    expect(values.every(Number.isFinite)).toBe(true);
    // Five standard errors of each moment: sqrt(1, 2, 15, 96 / count).
    expect(Math.abs(mean(values))).toBeLessThan(0.036);
    expect(Math.abs(mean(values.map((x) => x ** 2)) - 1)).toBeLessThan(0.05);
    expect(Math.abs(mean(values.map((x) => x ** 3)))).toBeLessThan(0.14);
    expect(Math.abs(mean(values.map((x) => x ** 4)) - 3)).toBeLessThan(0.35);
    expect(drawn(normalOp, 5, [3, 2])).toEqual(values.slice(0, 5).map((x) => 3 + 2 * x));
  });

  test("bernoulli is true exactly where the uniform is below the probability", () => {
    const uniforms = drawn(uniformOp, count, [0, 1]);
    for (const probability of [0, 0.1, 0.5, 1]) {
      const threshold = Math.ceil(probability * 2 ** 24);
      expect(drawn(bernoulliOp, count, [threshold])).toEqual(uniforms.map((x) => Number(x < probability)));
    }
  });

  test("keys and parameters are scalars of the launch: nothing recompiles", () => {
    const backend = new RecordingBackend();
    uniform([5], { seed: 1, backend });
    uniform([5], { seed: 2, stream: 3, low: -2, high: 2, backend });
    bernoulli([5], 0.25, { seed: 1, backend });
    const launches = backend.launches.map((launch) => (launch.kind === "expression" ? launch : undefined));
    expect(launches.map((launch) => launch?.scalars)).toEqual([
      [1, 0, 0, 1],
      [2, 3, -2, 4],
      [1, 0, 2 ** 22],
    ]);
    expect(launches[0]?.expression).toBe(launches[1]?.expression);
  });

  test("without a seed each draw has a key of its own, from the source that manualSeed restarts", () => {
    const backend = new RecordingBackend();
    const keys = () => {
      backend.launches.length = 0;
      uniform([5], { backend });
      normal([5], { backend, seed: undefined });
      bernoulli([5], 0.25, { backend });
      return backend.launches.map((launch) =>
        launch.kind === "expression" ? launch.scalars.slice(0, 2) : [],
      );
    };
    manualSeed(3);
    expect(keys()).toEqual([
      [3, 0],
      [3, 1],
      [3, 2],
    ]);
    expect(keys()).toEqual([
      [3, 3],
      [3, 4],
      [3, 5],
    ]);
    manualSeed(3);
    expect([...drawPermutation(50)]).toEqual([...drawPermutation(50, { seed: 3, stream: 0 })]);
    const source = new RandomSource(9);
    expect([...drawPermutation(50, { seed: source })]).toEqual([
      ...drawPermutation(50, { seed: 9, stream: 0 }),
    ]);
    expect([...drawPermutation(50, { seed: source })]).toEqual([
      ...drawPermutation(50, { seed: 9, stream: 1 }),
    ]);
  });

  test("impossible keys and parameters are errors", () => {
    expect(() => randomBits([2], { stream: 1 })).toThrow(
      "randomBits: stream: found 1, expected none: a stream needs a number as seed",
    );
    expect(() => randomBits([2], { seed: new RandomSource(1), stream: 1 })).toThrow(ArgumentError);
    expect(() => randomBits([2], { seed: -1 })).toThrow(
      "randomBits: seed: found -1, expected an integer in [0, 2^32), or a RandomSource",
    );
    expect(() => randomBits([2], { seed: 1, stream: 0.5 })).toThrow(ArgumentError);
    expect(() => uniform([2], { seed: 1, low: 2, high: 1 })).toThrow(ArgumentError);
    expect(() => bernoulli([2], 1.5, { seed: 1 })).toThrow(ArgumentError);
  });
});

describe("drawPermutation", () => {
  test("orders the indices by their random words", () => {
    const order = [...drawPermutation(1000, { seed: 42, stream: 7 })];
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, index) => index));
    const words = order.map((index) => threefry(42, 7, index));
    expect(words.every((word, place) => place === 0 || words[place - 1]! <= word)).toBe(true);
    expect([...drawPermutation(1000, { seed: 42, stream: 8 })]).not.toEqual(order);
    expect(drawPermutation(0, { seed: 1 })).toHaveLength(0);
    expect(() => drawPermutation(-1, { seed: 1 })).toThrow(ArgumentError);
  });
});
