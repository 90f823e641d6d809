import type { Shape } from "@evenkeel/tensor";
import { ArgumentError, manualSeed, setDefaultBackend } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Linear } from "../layers/linear.ts";
import type { Initializer } from "./init.ts";
import * as init from "./init.ts";

beforeAll(() => setDefaultBackend(new MemoryBackend({ launches: "evaluate" })));
afterAll(() => setDefaultBackend(undefined));

const draw = async (initializer: Initializer, shape: Shape, seed = 1): Promise<number[]> => [
  ...(await initializer(shape, { seed }).data()),
];

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
function deviation(values: readonly number[]): number {
  const center = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - center) ** 2)));
}

describe("initializers", () => {
  test("fans of linear, convolutional and grouped weights", () => {
    expect(init.computeFans([10, 20])).toEqual({ fanIn: 20, fanOut: 10 });
    expect(init.computeFans([8, 4, 3, 5])).toEqual({ fanIn: 60, fanOut: 120 });
    expect(() => init.computeFans([3])).toThrow(/found \[3\]/);
  });

  test("constants", async () => {
    expect(await draw(init.zeros, [2])).toEqual([0, 0]);
    expect(await draw(init.ones, [2])).toEqual([1, 1]);
    expect(await draw(init.constant(0.5), [2])).toEqual([0.5, 0.5]);
  });

  test.each<[string, Initializer, number]>([
    ["kaimingNormal", init.kaimingNormal(), Math.sqrt(2 / 200)],
    ["kaimingNormal by fanOut", init.kaimingNormal({ mode: "fanOut" }), Math.sqrt(2 / 100)],
    ["kaimingUniform", init.kaimingUniform({ nonlinearity: "tanh" }), 5 / 3 / Math.sqrt(200)],
    ["xavierNormal", init.xavierNormal(), Math.sqrt(2 / 300)],
    ["xavierUniform with a gain", init.xavierUniform(2), 2 * Math.sqrt(2 / 300)],
    ["normal", init.normal(0, 0.3), 0.3],
    ["uniform", init.uniform(-1, 1), 1 / Math.sqrt(3)],
    ["PyTorch's default", init.defaultWeight, 1 / Math.sqrt(3 * 200)],
  ])("%s has mean 0 and the deviation of its formula", async (_name, initializer, expected) => {
    const values = await draw(initializer, [100, 200]);
    // 20,000 draws: six standard errors of the mean, and of the deviation.
    expect(Math.abs(mean(values))).toBeLessThan((6 * expected) / Math.sqrt(20_000));
    expect(Math.abs(deviation(values) / expected - 1)).toBeLessThan(6 / Math.sqrt(40_000));
  });

  test.each<[string, () => unknown, string]>([
    ["kaimingNormal", () => init.kaimingNormal({ mode: "fan_in" as never }), 'mode: found "fan_in"'],
    ["kaimingUniform", () => init.kaimingUniform({ nonlinearity: "Relu" as never }), 'found "Relu"'],
    ["kaimingUniform", () => init.kaimingUniform({ a: 1 } as never), 'found the option "a"'],
    ["kaimingUniform", () => init.kaimingUniform({ slope: Number.NaN }), "slope: found NaN"],
    ["computeGain", () => init.computeGain("swish" as never), 'nonlinearity: found "swish"'],
    ["xavierNormal", () => init.xavierNormal(Number.NaN), "gain: found NaN"],
    ["xavierUniform", () => init.xavierUniform(-1), "gain: found -1"],
    ["normal", () => init.normal(0, -1), "deviation: found -1"],
    ["uniform", () => init.uniform(0, Number.POSITIVE_INFINITY), "high: found Infinity"],
    ["constant", () => init.constant(Number.NaN), "value: found NaN"],
  ])("%s rejects invalid arguments immediately", (name, make, message) => {
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(name);
    expect(make).toThrow(message);
  });

  test("PyTorch's default stays within 1 / sqrt(fanIn)", async () => {
    const values = await draw(init.defaultWeight, [50, 25]);
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.2);
  });

  test("depend on the seed", async () => {
    const weights = init.kaimingNormal();
    expect(await draw(weights, [3, 4], 7)).toEqual(await draw(weights, [3, 4], 7));
    expect(await draw(weights, [3, 4], 7)).not.toEqual(await draw(weights, [3, 4], 8));
  });

  test("draw from the default source without options", async () => {
    const both = async () => [
      [...(await init.xavierUniform()([3, 4]).data())],
      [...(await init.xavierUniform()([3, 4]).data())],
    ];
    manualSeed(3);
    const [first, second] = await both();
    expect(first).not.toEqual(second);
    manualSeed(3);
    expect(await both()).toEqual([first, second]);
  });
});

test("a layer rejects a string as its seed", () => {
  expect(() => new Linear(2, 2, { seed: "1" as never })).toThrow('seed: found "1", expected an integer');
});
