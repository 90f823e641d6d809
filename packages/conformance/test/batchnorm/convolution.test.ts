import { vjp } from "@evenkeel/autodiff";
import { cpu } from "@evenkeel/backend-cpu";
import type { Conv2dBatchNormOptions } from "@evenkeel/batchnorm";
import { batchNorm, conv2dBatchNorm, extractCount, extractMean, extractVariance } from "@evenkeel/batchnorm";
import type { Backend, Tensor } from "@evenkeel/tensor";
import { ArgumentError, conv2d, fromData, ones, zeros } from "@evenkeel/tensor";
import { RecordingBackend } from "@evenkeel/tensor/testing";
import { describe, expect, test } from "vitest";

import { onEachBackend } from "../each-backend.ts";

import { expectSameBits, expectWithin, largest, normal } from "./tools.ts";

const draw = (shape: readonly number[], seed: number, backend: Backend, mean = 0, deviation = 1): Tensor =>
  fromData(
    normal(
      shape.reduce((size, extent) => size * extent, 1),
      seed,
      mean,
      deviation,
    ),
    { shape, dtype: "f32" },
    { backend },
  );

interface Layer {
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly options: Conv2dBatchNormOptions;
}

function layer(x: readonly number[], weight: readonly number[], padding: number, backend: Backend): Layer {
  const channels = [weight[0]!];
  return {
    x: draw(x, 1, backend),
    weight: draw(weight, 2, backend, 0, 1 / Math.sqrt(weight.slice(1).reduce((a, b) => a * b))),
    options: {
      convolution: { padding },
      scale: draw(channels, 3, backend, 1, 0.2),
      shift: draw(channels, 4, backend),
      runningMean: zeros(channels, { backend }),
      runningVariance: ones(channels, { backend }),
      activation: "relu",
    },
  };
}

type Case = readonly [name: string, x: readonly number[], weight: readonly number[], padding: number];

/** Channels that leave the cache between two reads, so that the convolution computes their statistics. */
const large: readonly Case[] = [
  ["tiles", [8, 16, 96, 96], [16, 16, 3, 3], 1],
  ["pixels", [9, 3, 90, 91], [16, 3, 3, 3], 1],
  ["1x1", [9, 8, 90, 91], [12, 8, 1, 1], 0],
];

/** On this device they always run as two operations, and a software GPU is slow. */
const small: readonly Case[] = [["small", [3, 16, 12, 13], [16, 16, 3, 3], 1]];

onEachBackend((device, name) => {
  const sizes = name === "cpu" ? large : small;

  test.each(sizes)("%s: equals a convolution and a batch norm", async (_, x, weight, padding) => {
    const own = layer(x, weight, padding, device());
    const found = conv2dBatchNorm(own.x, own.weight, own.options);
    const z = conv2d(own.x, own.weight, undefined, { padding });
    const { convolution, ...options } = own.options;
    const expected = batchNorm(z, { ...options, training: true });
    expect(found.numBatchesTracked).toBe(1);
    for (const part of ["y", "runningMean", "runningVariance"] as const) {
      // Both are within a few rounding errors of the exact statistics; the values are within a few standard
      // deviations.
      expectWithin(await found[part]!.data(), await expected[part]!.data(), 4e-6, part);
    }
    expect([...(await extractCount(found.statistics!).data())]).toEqual([
      ...(await extractCount(expected.statistics!).data()),
    ]);
  });

  test("its gradients are those of a convolution and a batch norm", async () => {
    const own = layer(sizes[0]![1], sizes[0]![2], 1, device());
    const { x, weight, options } = own;
    const { scale, shift } = options as { scale: Tensor; shift: Tensor };
    const dy = draw(x.shape, 5, device());
    const fused = (x: Tensor, weight: Tensor, scale: Tensor, shift: Tensor): Tensor =>
      conv2dBatchNorm(x, weight, { ...options, scale, shift }).y;
    const { convolution, ...normalization } = options;
    const apart = (x: Tensor, weight: Tensor, scale: Tensor, shift: Tensor): Tensor =>
      batchNorm(conv2d(x, weight, undefined, { padding: 1 }), {
        ...normalization,
        scale,
        shift,
        training: true,
      }).y;
    const found = vjp(fused, x, weight, scale, shift)[1](dy);
    const expected = vjp(apart, x, weight, scale, shift)[1](dy);
    for (const [input, gradient] of found.entries()) {
      const wanted = await expected[input]!.data();
      // A ReLU may switch where the statistics differ by a rounding error, which changes a sum of 70,000 terms by one
      // term.
      expectWithin(await gradient.data(), wanted, 1e-4 * largest(wanted), `gradient ${input}`);
    }
  });

  test("throws for an axis on which it cannot compute statistics", () => {
    const { x, weight } = layer([2, 3, 4, 4], [2, 3, 3, 3], 1, device());
    const statistics = "later" as unknown as "onRead";
    expect(() => conv2dBatchNorm(x, weight, { statistics })).toThrow(ArgumentError);
  });

  if (name === "webgpu") {
    test("takes the launches of a convolution and a batch norm", () => {
      const recording = new RecordingBackend(device());
      const { x, weight, options } = layer([2, 4, 8, 8], [4, 4, 3, 3], 1, recording);
      const { convolution, ...ofNorm } = options;
      const listNames = (body: () => unknown): string[] => {
        recording.reset();
        body();
        return recording.traffic().launches.map((launch) => launch.name);
      };
      expect(listNames(() => conv2dBatchNorm(x, weight, options))).toEqual(
        listNames(() => batchNorm(conv2d(x, weight, undefined, convolution), { ...ofNorm, training: true })),
      );
    });
    return;
  }

  const listLaunches = (x: readonly number[], weight: readonly number[], padding: number): string[] => {
    const recording = new RecordingBackend(device());
    const own = layer(x, weight, padding, recording);
    recording.reset();
    conv2dBatchNorm(own.x, own.weight, own.options);
    return recording.traffic().launches.map((launch) => launch.name);
  };

  test("the convolution computes the statistics of large channels, which are read once", () => {
    const convolutions = [
      ["transformFilters", "convolveWinograd"],
      ["packFilters", "convolve"],
      ["packFilters", "convolve"],
    ];
    const found = large.map(([, x, weight, padding]) => listLaunches(x, weight, padding));
    expect(found).toEqual(
      convolutions.map((launches) => [...launches, "mergeStatistics", "planarNormalization"]),
    );
  });

  test("the batch norm computes the statistics of channels that stay in the cache", () => {
    expect(listLaunches([8, 16, 32, 32], [16, 16, 3, 3], 1)).toEqual([
      "transformFilters",
      "convolveWinograd",
      "planarNormalization",
    ]);
  });

  describe("statistics computed while writing", () => {
    /** The identity: the output equals the input. */
    async function computeStatistics(x: Tensor): Promise<Tensor> {
      const weight = fromData(Float32Array.of(1, 0, 0, 1), { shape: [2, 2, 1, 1], dtype: "f32" }, x);
      return conv2dBatchNorm(x, weight, { statistics: "onWrite" }).statistics!;
    }

    test.each([1, 1e2, 1e4, 1e6])("are as accurate as two passes, %d deviations from 0", async (mean) => {
      const x = draw([5, 2, 47, 53], 7, device(), mean);
      const statistics = await computeStatistics(x);
      const [values, means, variances] = await Promise.all(
        [x, extractMean(statistics), extractVariance(statistics)].map((tensor) => tensor.data()),
      );
      for (const channel of [0, 1]) {
        const own = Array.from(values!).filter((_, at) => Math.floor(at / (47 * 53)) % 2 === channel);
        const exact = own.reduce((sum, value) => sum + value, 0) / own.length;
        const variance = own.reduce((sum, value) => sum + (value - exact) ** 2, 0) / own.length;
        expect(Math.abs(means![channel]! - exact)).toBeLessThanOrEqual(2 ** -24 * mean + 1e-6);
        expect(Math.abs(variances![channel]! / variance - 1)).toBeLessThanOrEqual(2e-6);
      }
    });

    test.each([0, 0.1, 100, 1e7, 1e10])("of a constant %d are exact", async (value) => {
      const x = fromData(
        new Float32Array(3 * 2 * 35).fill(value),
        { shape: [3, 2, 5, 7], dtype: "f32" },
        { backend: device() },
      );
      const statistics = await computeStatistics(x);
      const constant = Math.fround(value);
      expect([...(await statistics.data())]).toEqual([105, 105, constant, constant, 0, 0, 0, 0]);
    });
  });

  test.each(large)("%s: has the same bits on any number of threads", async (_, x, weight, padding) => {
    const runs: (readonly Float32Array[])[] = [];
    for (const threads of [1, 2, 4]) {
      const backend = await cpu({ threads }).open();
      const own = layer(x, weight, padding, backend);
      const { y, statistics, runningVariance } = conv2dBatchNorm(own.x, own.weight, own.options);
      const parts = [y, statistics!, runningVariance!];
      runs.push(await Promise.all(parts.map(async (part) => Float32Array.from(await part.data()))));
      await backend.close();
    }
    for (const [part, values] of runs[0]!.entries()) {
      expectSameBits(runs[1]![part]!, values, "two threads");
      expectSameBits(runs[2]![part]!, values, "four threads");
    }
  });
});
