import { batchNorm, extractMean, extractVariance, statistics } from "@evenkeel/batchnorm";
import { countElements, tensor } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onEachBackend } from "../each-backend.ts";
import { drawn, firstDifference, makeChannelFinder, twoPass } from "./two-pass.ts";

/** Shapes that other libraries test (PyTorch, TensorFlow, oneDNN), and shapes that caused bugs in them. */
const shapes: readonly (readonly [shape: readonly number[], axis: number])[] = [
  [[5, 5, 5], 1],
  [[3, 2, 4], 1],
  [[3, 1], 1],
  [[3, 2, 3, 4], 1],
  [[2, 1], 1],
  [[1, 2, 3], 1],
  [[1, 1, 6, 1], 3],
  [[27, 131, 17, 6], 3],
  [[2, 251, 28, 28], 1],
  [[2, 64, 56, 56], 1],
  [[8, 900, 4, 4], 1],
  [[3, 5, 2, 3, 2], 1],
  [[3, 2, 3, 2, 5], 4],
  [[2, 66_000], 1],
  [[70_000, 2, 1], 1],
  [[3, 7, 1, 1], 1],
];

onEachBackend(
  (backend, name) => {
    const place = (data: Float32Array, shape: readonly number[] = [data.length]) =>
      tensor(data, { shape, backend: backend() });

    describe("shapes", () => {
      test.each(shapes)("%j, channels on axis %i", async (shape, axis) => {
        const x = drawn(`shape ${shape}`, countElements(shape), 1);
        const { mean, variance } = twoPass(x, shape, axis);
        const channels = shape[axis]!;
        const [scale, shift] = [drawn("scale", channels), drawn("shift", channels)];
        const { y } = batchNorm(place(x, shape), {
          axis,
          scale: place(scale),
          shift: place(shift),
          training: true,
        });
        const findChannel = makeChannelFinder(shape, axis);
        // Family 3: |error of y| <= 2e-6 (|scale| (|xhat| + r) + |shift|), r = |mean| / deviation.
        const excess = Array.from(await y.data()).reduce((worst, value, index) => {
          const channel = findChannel(index);
          const deviation = Math.sqrt(variance[channel]! + 1e-5);
          const normalized = (x[index]! - mean[channel]!) / deviation;
          const expected = normalized * scale[channel]! + shift[channel]!;
          const r = Math.abs(mean[channel]!) / deviation;
          const bound =
            2e-6 * (Math.abs(scale[channel]!) * (Math.abs(normalized) + r) + Math.abs(shift[channel]!));
          return Math.max(worst, Math.abs(value - expected) / bound);
        }, 0);
        expect(excess, "error over its bound").toBeLessThanOrEqual(1);
      });

      test.each([[[0, 3]], [[0, 131, 7, 6]], [[2, 0, 3]], [[2, 3, 0]]])("empty: %j", async (shape) => {
        const channels = shape[1]!;
        const running = {
          runningMean: place(drawn("m", channels)),
          runningVariance: place(drawn("v", channels)),
        };
        const result = batchNorm(place(new Float32Array(0), shape), { ...running, training: true });
        expect(result.y.shape).toEqual(shape);
        expect(firstDifference(await result.runningMean!.data(), await running.runningMean.data())).toBe(-1);
        expect(
          firstDifference(await result.runningVariance!.data(), await running.runningVariance.data()),
        ).toBe(-1);
      });
    });

    describe("exact data", () => {
      // oneDNN's method: neighbours sum to twice the mean, a power of two, so that every partial sum is exact.
      test.each([
        [[16, 8, 64], 1],
        [[64, 33], 1],
        [[4, 3, 5, 2048], 1],
      ] as const)("%j", async (shape, axis) => {
        const x = Float32Array.from({ length: countElements(shape) }, (_, index) => {
          const step = ((index >> 1) % 8) / 8;
          return 2 + (index % 2 === 0 ? step : -step);
        });
        const pairs = shape.length === 2 ? interleave(x, shape[1]!) : x;
        const { mean, variance } = twoPass(pairs, shape, axis);
        const found = statistics(place(pairs, shape), { axis });
        expect(Array.from(await extractMean(found).data())).toEqual(mean);
        // M2 is exact; WGSL divides it by the count within 2.5 units in the last place.
        const ulp = 2 ** -23;
        const ofDivision = name === "webgpu" ? 2.5 * ulp : 0;
        (await extractVariance(found).data()).forEach((value, channel) => {
          const exact = Math.fround(variance[channel]!);
          expect(Math.abs(value - exact)).toBeLessThanOrEqual(ofDivision * exact);
        });
        const { y } = batchNorm(place(pairs, shape), { axis, training: true });
        const findChannel = makeChannelFinder(shape, axis);
        (await y.data()).forEach((value, index) => {
          const channel = findChannel(index);
          const expected = (pairs[index]! - mean[channel]!) / Math.sqrt(variance[channel]! + 1e-5);
          // 2 units in the last place; 8 if division and inverse square root may be off by a few units themselves.
          const most = name === "webgpu" ? 8 : 2;
          expect(Math.abs(value - expected)).toBeLessThanOrEqual(most * ulp * Math.abs(expected));
        });
      });

      /** Pairs neighbours of the list, so that they are in the same channel. */
      function interleave(x: Float32Array, channels: number): Float32Array {
        return x.map(
          (_, index) =>
            x[
              (Math.floor(index / (2 * channels)) * channels + (index % channels)) * 2 +
                (Math.floor(index / channels) % 2)
            ]!,
        );
      }
    });

    describe("hard data", () => {
      test.each([1e2, 1e3, 1e4, 1e5, 1e6])("a mean %d times the deviation", async (ratio) => {
        const shape = [8, 3, 700];
        const x = drawn(`ratio ${ratio}`, countElements(shape), ratio);
        const expected = twoPass(x, shape, 1);
        const found = statistics(place(x, shape), { axis: 1 });
        (await extractVariance(found).data()).forEach((variance, channel) => {
          expect(Math.abs(variance / expected.variance[channel]! - 1)).toBeLessThanOrEqual(2e-6);
        });
      });

      test.each([0, 0.1, 100, 1e7, 1e10])(
        "a constant channel of %d gives exactly the shift",
        async (constant) => {
          for (const [shape, axis] of [
            [[4, 2, 530], 1],
            [[2100, 5], 1],
            [[3, 2, 70_000], 1],
          ] as const) {
            const shift = drawn("shift", shape[axis]);
            const x = place(new Float32Array(countElements(shape)).fill(constant), shape);
            const { y } = batchNorm(x, { axis, shift: place(shift), training: true });
            const findChannel = makeChannelFinder(shape, axis);
            expect(
              firstDifference(
                await y.data(),
                Array.from({ length: countElements(shape) }, (_, index) => shift[findChannel(index)]!),
              ),
            ).toBe(-1);
          }
        },
      );

      test.each([1e-18, 1e-10, 1e-3, 1e5, 1e10, 1e15])(
        "values of magnitude %d have no negative or infinite variance",
        async (magnitude) => {
          const shape = [6, 4, 300];
          const x = drawn(`magnitude ${magnitude}`, countElements(shape)).map((value) => value * magnitude);
          const expected = twoPass(x, shape, 1);
          const found = statistics(place(x, shape), { axis: 1 });
          (await extractVariance(found).data()).forEach((variance, channel) => {
            const truth = expected.variance[channel]!;
            // Squares below 1e-38 may be flushed to zero.
            if (truth < 1e-35) expect(variance).toBeLessThanOrEqual(2 * truth);
            else expect(Math.abs(variance / truth - 1)).toBeLessThanOrEqual(2e-6);
            expect(variance).toBeGreaterThanOrEqual(0);
          });
        },
      );

      test.each([Number.NaN, Number.POSITIVE_INFINITY])(
        "%d in one channel leaves every other channel's bits alone",
        async (bad) => {
          for (const [shape, axis] of [
            [[4, 6, 50], 1],
            [[300, 6], 1],
            [[4, 7, 7, 6], 3],
          ] as const) {
            const clean = drawn("clean", countElements(shape));
            const findChannel = makeChannelFinder(shape, axis);
            const dirty = clean.map((value, index) =>
              findChannel(index) === 2 && index % 5 === 0 ? bad : value,
            );
            const [a, b] = [clean, dirty].map((x) => batchNorm(place(x, shape), { axis, training: true }).y);
            const [from, to] = [await a!.data(), await b!.data()];
            const outside = (values: ArrayLike<number>) =>
              Array.from(values).filter((_, index) => findChannel(index) !== 2);
            expect(firstDifference(outside(to), outside(from))).toBe(-1);
            expect(
              Array.from(to).some((value, index) => findChannel(index) === 2 && Number.isNaN(value)),
            ).toBe(true);
          }
        },
      );
    });
  },
  { threads: 2 },
);
