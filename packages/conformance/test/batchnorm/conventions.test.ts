import {
  batchNorm,
  computeRunningVarianceFactor,
  conventions,
  convertMomentum,
  convertRunningVariance,
  foldIntoConvolution,
  foldIntoLinear,
  ghostBatchNorm,
} from "@evenkeel/batchnorm";
import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, fromData, linear, ShapeError } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onEachBackend } from "../each-backend.ts";
import { expectSameBits, expectWithin, normal } from "./tools.ts";

onEachBackend((backend) => {
  const place = (values: ArrayLike<number>, shape: readonly number[] = [values.length]): Tensor =>
    fromData(Float32Array.from(values), { shape, dtype: "f32" }, { backend: backend() });

  describe("conventions", () => {
    /**
     * Three batches of two values, computed by hand: the weight of the new statistic is 0.25, mean and variance start
     * at 0.
     */
    const batches = [
      [1, 3],
      [2, 8],
      [-1, 5],
    ];
    const means = [2, 5, 2];
    const biased = [1, 9, 9];
    const average = (values: number[]): number =>
      values.reduce((running, value) => 0.75 * running + 0.25 * value, 0);

    test("ours averages unbiased variances", async () => {
      let state = { runningMean: place([0]), runningVariance: place([0]) };
      for (const batch of batches) {
        const result = batchNorm(place(batch, [2, 1]), { ...state, training: true, momentum: 0.25 });
        state = { runningMean: result.runningMean!, runningVariance: result.runningVariance! };
      }
      expectWithin(await state.runningMean.data(), [average(means)], 1e-6, "mean");
      expectWithin(await state.runningVariance.data(), [2 * average(biased)], 1e-5, "variance");
    });

    test.each(["keras", "flax", "onnx", "burn"] as const)(
      "what %s keeps becomes ours, and back",
      async (system) => {
        const theirs = place([average(biased)]);
        const ours = convertRunningVariance(theirs, { from: system, valuesPerChannel: 2 });
        expectWithin(await ours.data(), [2 * average(biased)], 1e-6, "ours");
        const back = convertRunningVariance(ours, { to: system, valuesPerChannel: 2 });
        expectWithin(await back.data(), await theirs.data(), 1e-6, "back");
      },
    );

    test("in Keras, Flax and ONNX, momentum is the weight of the old statistic", () => {
      expect(convertMomentum(0.99, { from: "keras" })).toBeCloseTo(0.01, 15);
      expect(convertMomentum(0.9, { from: "onnx", to: "flax" })).toBe(0.9);
      expect(convertMomentum(0.1, { from: "pytorch" })).toBe(0.1);
      expect(convertMomentum(0.1, { to: "onnx" })).toBe(0.9);
      expect(convertMomentum(convertMomentum(0.25, { to: "keras" }), { from: "keras" })).toBe(0.25);
    });

    test("defaults are those of each system", () => {
      expect(conventions.keras).toMatchObject({ momentum: 0.99, epsilon: 1e-3 });
      expect(conventions.onnx).toMatchObject({ momentum: 0.9, epsilon: 1e-5 });
      expect(conventions.evenkeel).toEqual(conventions.pytorch);
    });

    test("an unknown number of values is an error only if it matters", () => {
      expect(computeRunningVarianceFactor({ from: "pytorch" })).toBe(1);
      expect(computeRunningVarianceFactor({ from: "keras", to: "onnx" })).toBe(1);
      expect(() => computeRunningVarianceFactor({ from: "keras" })).toThrow(ArgumentError);
      expect(() => computeRunningVarianceFactor({ from: "keras" })).toThrow(
        "valuesPerChannel: found none, expected the values per channel of the batches it was learned on",
      );
      expect(() => computeRunningVarianceFactor({ from: "keras", valuesPerChannel: 1 })).toThrow("found 1");
      expect(() => convertMomentum(2, { from: "keras" })).toThrow("momentum: found 2");
      expect(() => convertMomentum(0.5, { from: "caffe" as "keras" })).toThrow(
        'found "caffe", expected "evenkeel" or "pytorch" or "keras" or "flax" or "onnx" or "burn"',
      );
    });
  });

  describe("folding", () => {
    const normalization = () => ({
      runningMean: place(normal(4, 1)),
      runningVariance: place(normal(4, 2).map((value) => value * value + 0.1)),
    });

    test("into a linear layer, with and without bias, scale and shift", async () => {
      const x = place(normal(40, 3), [8, 5]);
      const weight = place(normal(20, 4), [4, 5]);
      for (let combination = 0; combination < 8; combination++) {
        const given = (bit: number, seed: number) => (combination & bit ? place(normal(4, seed)) : undefined);
        const [bias, scale, shift] = [given(1, 5), given(2, 6), given(4, 7)];
        const frozen = { ...normalization(), scale, shift, epsilon: 1e-3 };
        const apart = batchNorm(linear(x, weight, bias), frozen).y;
        const folded = foldIntoLinear({ weight, bias }, frozen);
        expectWithin(await linear(x, folded.weight, folded.bias).data(), await apart.data(), 2e-5, "y");
      }
    });

    test("into a transposed convolution, whose output channels are on axis 1", async () => {
      const weight = place(normal(24, 4), [2, 4, 3]);
      const folded = foldIntoConvolution({ weight }, normalization(), { outputAxis: 1 });
      const variance = await normalization().runningVariance.data();
      const factor = (at: number): number => 1 / Math.sqrt(variance[Math.floor(at / 3) % 4]! + 1e-5);
      const expected = Array.from(await weight.data(), (value, at) => value * factor(at));
      expectWithin(await folded.weight.data(), expected, 1e-5, "weight");
    });

    test("a channel of zeros folds to its shift", async () => {
      const frozen = {
        runningMean: place([3, 3]),
        runningVariance: place([0, 1]),
        shift: place([5, 6]),
        epsilon: 0,
      };
      const { weight, bias } = foldIntoLinear({ weight: place([1, 1], [2, 1]) }, frozen);
      expectSameBits(await weight.data(), [0, 1]);
      expectWithin(await bias.data(), [5, 3], 0, "bias");
    });

    test("operands that do not fit are rejected", () => {
      const weight = place(normal(20, 4), [5, 4]);
      expect(() => foldIntoLinear({ weight }, normalization())).toThrow(
        "runningMean: found shape [4], expected [5]: the weight has 5 output channels",
      );
      expect(() => foldIntoConvolution({ weight }, normalization(), { outputAxis: 2 })).toThrow(ShapeError);
      expect(() => foldIntoLinear({ weight }, { ...normalization(), epsilon: -1 })).toThrow(ArgumentError);
    });
  });

  describe("ghost batches", () => {
    test("running statistics include one after another, and the statistics are those of the whole batch", async () => {
      const x = place(normal(60, 1, 2), [10, 3, 2]);
      const state = {
        runningMean: place([0, 0, 0]),
        runningVariance: place([1, 1, 1]),
        numBatchesTracked: 4,
      };
      const found = ghostBatchNorm(x, { ...state, size: 3, training: true, momentum: null });
      expect(found.numBatchesTracked).toBe(7);
      const whole = batchNorm(x, { ...state, training: true });
      expectWithin(await found.statistics!.data(), await whole.statistics!.data(), 1e-5, "statistics");
    });

    test("at inference the whole batch is normalized together", async () => {
      const x = place(normal(60, 1, 2), [10, 3, 2]);
      const state = { runningMean: place([0, 1, 2]), runningVariance: place([1, 2, 3]) };
      expectSameBits(
        await ghostBatchNorm(x, { ...state, size: 4 }).y.data(),
        await batchNorm(x, state).y.data(),
      );
    });

    test("a size of 0, and channels on the batch axis, are rejected", () => {
      const x = place(normal(60, 1, 2), [10, 3, 2]);
      expect(() => ghostBatchNorm(x, { size: 0 })).toThrow("size: found 0, expected a positive integer");
      expect(() => ghostBatchNorm(x, { size: 2, axis: 0 })).toThrow("axis: found 0");
      expect(() => ghostBatchNorm(x, { size: 2, axis: -3 })).toThrow(ArgumentError);
    });
  });
});
