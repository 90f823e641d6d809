import type { GhostBatchNormOptions } from "@evenkeel/batchnorm";
import {
  batchNorm,
  conv2dBatchNorm,
  convertMomentum,
  foldIntoConvolution,
  foldIntoLinear,
  ghostBatchNorm,
  gradientApply,
  gradientSums,
  maskedBatchNorm,
  normalize,
  statistics,
} from "@evenkeel/batchnorm";
import { ArgumentError, normal, ones, ShapeError, slice, zeros } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { useBackend } from "./batchnorm/tools.ts";

const backend = useBackend(1);
const samples = (count: number) => normal([count, 6], { seed: 1, backend: backend() });
const running = () => ({
  runningMean: zeros([6], { backend: backend() }),
  runningVariance: ones([6], { backend: backend() }),
});

describe("ghost batches", () => {
  test.each([
    [64, 32, [0, 32, 64]],
    [65, 32, [0, 32, 65]],
    [33, 32, [0, 33]],
    [10, 3, [0, 3, 6, 10]],
    [11, 3, [0, 3, 7, 11]],
    [3, 2, [0, 3]],
    [2, 32, [0, 2]],
  ])("%i samples in ghosts of %i end at %j", async (count, size, bounds) => {
    const x = samples(count);
    const { y, numBatchesTracked } = ghostBatchNorm(x, { size, training: true, ...running() });
    const found = await y.data();
    for (const [part, end] of bounds.slice(1).entries()) {
      const begin = bounds[part]!;
      const alone = await batchNorm(slice(x, { begin: [begin], end: [end] }), { training: true }).y.data();
      expect(found.slice(begin * 6, end * 6)).toEqual(alone);
    }
    expect(numBatchesTracked).toBe(bounds.length - 1);
  });

  test.each<[string, number, Partial<GhostBatchNormOptions>, string]>([
    [
      "of one sample",
      5,
      { size: 1 },
      "ghostBatchNorm: x: found [5, 6] in ghost batches of 1, expected more than 1",
    ],
    ["of the only sample", 1, { size: 32 }, "ghostBatchNorm: x: found [1, 6] in ghost batches of 32"],
    [
      "with a scale of other channels",
      8,
      { size: 4, scale: undefined },
      "ghostBatchNorm: scale: found shape [5]",
    ],
  ])("%s are refused by their own name", (_name, count, options, message) => {
    const scale = "scale" in options ? { scale: ones([5], { backend: backend() }) } : {};
    const run = () => ghostBatchNorm(samples(count), { size: 1, training: true, ...options, ...scale });
    expect(run).toThrow(ShapeError);
    expect(run).toThrow(message);
  });
});

describe("unknown options and values out of range are rejected", () => {
  const any = (options: object) => options as never;
  test.each<[string, () => unknown, string]>([
    ["batchNorm", () => batchNorm(samples(4), any({ eps: 1e-3 })), 'batchNorm: found the option "eps"'],
    ["a mode", () => batchNorm(samples(4), any({ training: 1 })), "batchNorm: training: found 1"],
    ["a momentum in use", () => batchNorm(samples(4), { ...running(), momentum: 2 }), "momentum: found 2"],
    [
      "an axis",
      () => batchNorm(samples(4), { axis: 0.5 }),
      "batchNorm: axis: found 0.5, expected an integer",
    ],
    ["no size", () => ghostBatchNorm(samples(4), any({ size: 0 })), "ghostBatchNorm: size: found 0"],
    [
      "ghosts in place",
      () => ghostBatchNorm(samples(4), any({ size: 2, inPlace: true })),
      'the option "inPlace"',
    ],
    [
      "a mask's options",
      () =>
        maskedBatchNorm(samples(4), ones([4, 6], { dtype: "bool", backend: backend() }), any({ mask: 1 })),
      'maskedBatchNorm: found the option "mask"',
    ],
    ["normalize", () => normalize(samples(4), statistics(samples(4)), any({ training: true })), '"training"'],
    ["statistics", () => statistics(samples(4), any({ axes: 1 })), 'statistics: found the option "axes"'],
    [
      "sums of a gradient",
      () => gradientSums(samples(4), samples(4), statistics(samples(4)), any({ residual: samples(4) })),
      'gradientSums: found the option "residual"',
    ],
    [
      "their use",
      () => gradientApply(samples(4), samples(4), statistics(samples(4)), samples(2), any({ y: samples(4) })),
      'gradientApply: found the option "y"',
    ],
    [
      "a convolution's",
      () => conv2dBatchNorm(samples(4), samples(4), any({ padding: 1 })),
      'conv2dBatchNorm: found the option "padding"',
    ],
    [
      "folding",
      () => foldIntoLinear({ weight: samples(4) }, any({ eps: 1 })),
      'foldIntoLinear: found the option "eps"',
    ],
    [
      "folding's axis",
      () => foldIntoConvolution({ weight: samples(4) }, running(), { outputAxis: -1 }),
      "foldIntoConvolution: outputAxis: found -1",
    ],
    [
      "a conversion's",
      () => convertMomentum(0.1, any({ form: "keras" })),
      'convertMomentum: found the option "form"',
    ],
    [
      "one running statistic",
      () => ghostBatchNorm(samples(4), { size: 2, runningMean: zeros([6], { backend: backend() }) }),
      "ghostBatchNorm: runningVariance: found none",
    ],
  ])("%s", (_name, run, message) => {
    expect(run).toThrow(ArgumentError);
    expect(run).toThrow(message);
  });

  test("undefined means absent", async () => {
    const absent = { momentum: undefined, epsilon: undefined, axis: undefined, training: undefined };
    const expected = await batchNorm(samples(4)).y.data();
    expect(await batchNorm(samples(4), absent).y.data()).toEqual(expected);
  });
});
