import { grad, valueAndGrad } from "@evenkeel/autodiff";
import { batchNorm, extractMean, extractVariance, mergeStatistics, statistics } from "@evenkeel/batchnorm";
import type { Tensor } from "@evenkeel/tensor";
import { fromData, mul, reshape, scope, sum, transpose } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onEachBackend } from "../each-backend.ts";
import { expectSameBits, expectWithin, normal } from "./tools.ts";

onEachBackend((backend) => {
  /** Bugs that other libraries have shipped, each once; the titles name them. */
  describe("bugs of other systems", () => {
    const place = (values: ArrayLike<number>, shape: readonly number[] = [values.length]): Tensor =>
      fromData(Float32Array.from(values), { shape, dtype: "f32" }, { backend: backend() });
    const running = (channels: number) => ({
      runningMean: place(new Float32Array(channels)),
      runningVariance: place(new Float32Array(channels).fill(1)),
    });

    test("one-pass variance is negative or NaN (OpenVINO #36587, flax #1491, tensorflow #3290, tt-metal #45968)", async () => {
      const x = place(normal(4096, 1, 5000, 0.5), [2048, 2]);
      const variance = await extractVariance(statistics(x)).data();
      expectWithin(variance, [0.25, 0.25], 0.02, "variance");
      expect((await batchNorm(x, { training: true }).y.data()).every(Number.isFinite)).toBe(true);
    });

    test("a constant channel is not exactly the shift (caffe #3963, pytorch #5410 above 1e7)", async () => {
      for (const constant of [0.1, 16_777_217, 123_456_789, -3e9]) {
        const x = place(new Float32Array(2050).fill(constant), [1025, 2]);
        const { y } = batchNorm(x, { training: true, shift: place([0.3, -7]), scale: place([5, 1e4]) });
        const expected = Array.from({ length: 2050 }, (_, at) => Math.fround(at % 2 ? -7 : 0.3));
        expectSameBits(await y.data(), expected);
      }
    });

    test("batch statistics are used at inference", async () => {
      const x = place(normal(60, 1, 5, 3), [20, 3]);
      expectWithin(
        await batchNorm(x, { ...running(3), epsilon: 0 }).y.data(),
        await x.data(),
        1e-6,
        "y by mean 0 and variance 1",
      );
    });

    test("synchronized statistics rebuild the variance from the inverse deviation and lose digits", async () => {
      const parts = [1, 2].map((seed) => statistics(place(normal(400, seed, 0, 1e-4), [200, 2])));
      const all = Float32Array.of(...normal(400, 1, 0, 1e-4), ...normal(400, 2, 0, 1e-4));
      const whole = await extractVariance(statistics(place(all, [400, 2]))).data();
      const merged = await extractVariance(mergeStatistics(parts)).data();
      expectWithin(merged, whole, whole[0]! * 1e-6, "variance of about 1e-8, far below epsilon");
    });

    test("training without scale or without shift throws (tfjs #2868)", () => {
      const x = place(normal(60, 1), [20, 3]);
      const [scale, shift] = [place([1, 2, 3]), place([4, 5, 6])];
      for (const options of [{}, { scale }, { shift }, { scale, shift }]) {
        const gradients = grad((x: Tensor) =>
          sum(batchNorm(x, { training: true, ...running(3), ...options }).y),
        )(x);
        expect(gradients.shape).toEqual([20, 3]);
      }
    });

    test("channels first: the gradient throws (tfjs #1773), the forward pass is wrong (tfjs #1106)", async () => {
      const last = place(normal(240, 1, 2), [4, 5, 4, 3]);
      const weights = place(normal(240, 2), [4, 5, 4, 3]);
      const first = (x: Tensor): Tensor => transpose(x, [0, 3, 1, 2]);
      const ofLast = (x: Tensor): Tensor => sum(mul(batchNorm(x, { axis: -1, training: true }).y, weights));
      const ofFirst = (x: Tensor): Tensor => sum(mul(batchNorm(x, { training: true }).y, first(weights)));
      const [a, da] = valueAndGrad(ofLast)(last);
      const [b, db] = valueAndGrad(ofFirst)(first(last));
      expectWithin([await a.item()], [await b.item()], 1e-4, "loss");
      expectWithin(await first(da).data(), await db.data(), 1e-5, "gradient");
    });

    test("frozen layers still update their statistics, training and inference are mixed up (tfjs #562)", async () => {
      const x = place(normal(60, 1, 5, 3), [20, 3]);
      const state = running(3);
      const frozen = batchNorm(x, { ...state, training: false });
      const trained = batchNorm(x, { ...state, training: true });
      expect(frozen.runningMean).toBeUndefined();
      expectSameBits(await state.runningMean.data(), [0, 0, 0]);
      expect((await trained.runningMean!.data())[0]).toBeCloseTo(0.5, 0);
      const [inUse, inTraining] = [await frozen.y.data(), await trained.y.data()];
      const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / 60;
      expect(mean(inTraining)).toBeCloseTo(0, 4);
      expect(mean(inUse)).toBeGreaterThan(3);
    });

    test("training leaks memory (tfjs #7983)", () => {
      const x = place(normal(600, 1), [20, 3, 10]);
      const state = running(3);
      const step = (): void =>
        scope(() => {
          grad((x: Tensor) => sum(batchNorm(x, { ...state, training: true, activation: "relu" }).y))(x);
        });
      step();
      const { live } = backend().memory();
      for (let repetition = 0; repetition < 20; repetition++) step();
      expect(backend().memory().live).toBe(live);
    });

    test("one channel collapses to a scalar (Keras 3)", async () => {
      const x = place([1, 2, 3, 6], [4, 1]);
      const found = statistics(x);
      expect([found.shape, extractMean(found).shape]).toEqual([[4, 1], [1]]);
      expectSameBits(await extractMean(found).data(), [3]);
      expectSameBits(await extractVariance(found, { unbiased: true }).data(), [Math.fround(14 / 3)]);
    });

    test("ambiguous strides where a dimension is 1 (pytorch #42588)", async () => {
      const values = normal(35, 1);
      const weights = place(normal(35, 2), [7, 5]);
      const loss = (x: Tensor): Tensor =>
        sum(mul(reshape(batchNorm(x, { training: true }).y, [7, 5]), weights));
      const expected = await grad(loss)(place(values, [7, 5])).data();
      for (const shape of [
        [7, 5, 1],
        [7, 5, 1, 1],
        [7, 5, 1, 1, 1],
      ]) {
        expectSameBits(await grad(loss)(place(values, shape)).data(), expected);
      }
    });

    test("a last batch of one sample crashes without an explanation", () => {
      expect(() => batchNorm(place([1, 2, 3], [1, 3]), { ...running(3), training: true })).toThrow(
        "found [1, 3], expected more than 1 value per channel when training",
      );
    });
  });
});
