import { grad, vjp } from "@evenkeel/autodiff";
import { cpu } from "@evenkeel/backend-cpu";
import {
  batchNorm,
  extractMean,
  extractVariance,
  foldIntoConvolution,
  ghostBatchNorm,
  mergeStatistics,
  statistics,
} from "@evenkeel/batchnorm";
import {
  add,
  concatenate,
  conv2d,
  countElements,
  mul,
  relu,
  slice,
  sum,
  type Tensor,
  tensor,
  transpose,
} from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { describeOn } from "../devices.ts";
import { onEachBackend } from "../each-backend.ts";
import { drawn, firstDifference } from "./two-pass.ts";

const shape = [6, 5, 7, 9] as const;
const size = 6 * 5 * 7 * 9;
onEachBackend(
  (backend) => {
    const place = (data: Float32Array, at: readonly number[] = shape): Tensor =>
      tensor(data, { shape: at, backend: backend() });
    const perChannel = (name: string): Tensor => place(drawn(name, 5), [5]);
    const normalize = (x: Tensor, options: object = {}): Tensor =>
      batchNorm(x, { training: true, ...options }).y;

    async function expectClose(found: Tensor, expected: Tensor, bound: number): Promise<void> {
      const [a, b] = [Array.from(await found.data()), await expected.data()];
      expect(found.shape).toEqual(expected.shape);
      expect(
        a.reduce((worst, value, index) => Math.max(worst, Math.abs(value - b[index]!)), 0),
      ).toBeLessThanOrEqual(bound);
    }

    describe("equivalent formulations", () => {
      const x = drawn("x", size);

      test("shifting x changes nothing, and scaling by a power of two changes no bit (with epsilon scaled too)", async () => {
        const y = normalize(place(x));
        await expectClose(normalize(place(x.map((value) => value + 4))), y, 4e-6);
        const scaled = normalize(place(x.map((value) => value * 8)), { epsilon: 64e-5 });
        expect(
          firstDifference(await scaled.data(), await normalize(place(x), { epsilon: 1e-5 }).data()),
        ).toBe(-1);
      });

      test("NCHW and NHWC agree, forward and backward", async () => {
        const [scale, shift] = [perChannel("scale"), perChannel("shift")];
        const [planar, pullPlanar] = vjp(
          (x: Tensor) => normalize(x, { scale, shift, activation: "relu" }),
          place(x),
        );
        const last = transpose(place(x), [0, 2, 3, 1]);
        const [interleaved, pullInterleaved] = vjp(
          (x: Tensor) => normalize(x, { scale, shift, activation: "relu", axis: 3 }),
          last,
        );
        await expectClose(transpose(interleaved, [0, 3, 1, 2]), planar, 2e-6);
        const dy = place(drawn("dy", size));
        const [dx] = pullPlanar(dy);
        const [dxLast] = pullInterleaved(transpose(dy, [0, 2, 3, 1]));
        await expectClose(transpose(dxLast, [0, 3, 1, 2]), dx, 1e-5);
      });

      test("in place gives the same bits as out of place", async () => {
        const expected = await normalize(place(x)).data();
        expect(firstDifference(await normalize(place(x), { inPlace: true }).data(), expected)).toBe(-1);
      });

      test("merged halves have the statistics of the whole batch", async () => {
        const whole = statistics(place(x), { axis: 1 });
        const half = (begin: number) =>
          statistics(slice(place(x), { begin: [begin], end: [begin + 3] }), { axis: 1 });
        const merged = mergeStatistics([half(0), half(3)]);
        await expectClose(extractMean(merged), extractMean(whole), 1e-7);
        await expectClose(extractVariance(merged), extractVariance(whole), 1e-6);
      });

      test.each([
        ["a size that divides the samples", 2, [0, 2, 4, 6]],
        ["a remainder, spread evenly", 3.5, [0, 3, 6]],
        ["a remainder of one", 5, [0, 6]],
      ])("ghost batches are a loop over parts: %s", async (_name, share, bounds) => {
        const options = { training: true, scale: perChannel("scale"), shift: perChannel("shift") };
        const parts = bounds
          .slice(1)
          .map((end, part) => batchNorm(slice(place(x), { begin: [bounds[part]!], end: [end] }), options).y);
        const expected = await concatenate(parts, { axis: 0 }).data();
        const size = Math.floor(share);
        expect(firstDifference(await ghostBatchNorm(place(x), { ...options, size }).y.data(), expected)).toBe(
          -1,
        );
      });

      test("a folded convolution equals the convolution and its batch norm", async () => {
        const normalization = {
          scale: perChannel("scale"),
          shift: perChannel("shift"),
          runningMean: perChannel("mean"),
          runningVariance: place(drawn("variance", 5, 3), [5]),
        };
        const images = place(drawn("images", 2 * 3 * 8 * 8), [2, 3, 8, 8]);
        const convolution = {
          weight: place(drawn("weight", 5 * 3 * 9), [5, 3, 3, 3]),
          bias: perChannel("bias"),
        };
        const apart = batchNorm(conv2d(images, convolution.weight, convolution.bias), normalization).y;
        const { weight, bias } = foldIntoConvolution(convolution, normalization);
        await expectClose(conv2d(images, weight, bias), apart, 1e-4);
      });

      test("fusing the residual and the activation changes no bit; ties at 0 pass no gradient", async () => {
        const residual = place(drawn("residual", size));
        const fused = normalize(place(x), { residual, activation: "relu" });
        const apart = relu(add(normalize(place(x)), residual));
        await expectClose(fused, apart, 1e-6);
        const constant = place(new Float32Array(size).fill(3));
        const slope = grad((x: Tensor) => sum(normalize(x, { activation: "relu" })))(constant);
        expect(Array.from(await slope.data()).every((value) => value === 0)).toBe(true);
      });
    });

    describe("invariants of the gradient", () => {
      test("dx sums to 0 in every channel, and so does dx (x - mean) if epsilon is small", async () => {
        const x = place(drawn("x", size));
        const weights = place(drawn("weights", size));
        const dx = grad((x: Tensor) => sum(mul(normalize(x, { epsilon: 1e-12 }), weights)))(x);
        const axes = [0, 2, 3];
        const scale = Math.max(...(await dx.data()).map(Math.abs)) * (size / 5);
        for (const channelSum of await sum(dx, { axis: axes }).data())
          expect(Math.abs(channelSum)).toBeLessThanOrEqual(1e-6 * scale);
        for (const channelSum of await sum(mul(dx, normalize(x)), { axis: axes }).data()) {
          expect(Math.abs(channelSum)).toBeLessThanOrEqual(1e-6 * scale);
        }
      });
    });
  },
  { threads: 2 },
);

describeOn("cpu", "the same bits in every run, and for 1, 2 and 5 threads", () => {
  test.each([
    ["one launch", [16, 6, 40, 40]],
    ["a stream", [40, 9, 40, 40]],
  ])("%s", async (_name, shape) => {
    const results = [];
    for (const threads of [1, 2, 5, 2]) {
      const device = await cpu({ threads }).open();
      const x = tensor(drawn("many", countElements(shape)), { shape, backend: device });
      const normalized = (x: Tensor, residual: Tensor) =>
        batchNorm(x, { residual, training: true, activation: "relu" }).y;
      const [y, pullback] = vjp(normalized, x, mul(x, x));
      const [dx] = pullback(x);
      results.push([await y.data(), await dx!.data()] as const);
      await device.close();
    }
    for (const [y, dx] of results.slice(1)) {
      expect(firstDifference(y, results[0]![0])).toBe(-1);
      expect(firstDifference(dx, results[0]![1])).toBe(-1);
    }
  });
});
