import { mergeStatistics, normalize, statistics } from "@evenkeel/batchnorm";
import { batchNormBackward, batchNormForward } from "@evenkeel/batchnorm/arrays";
import { fromData, slice } from "@evenkeel/tensor";
import { describe, test } from "vitest";
import { onEachBackend } from "../each-backend.ts";
import { computeStatistics, differentiateChannel, extractChannel, normalizeChannel } from "./channels.ts";
import { expectWithin, largest, normal, readMean, readVariance } from "./tools.ts";

/** Planar, planar in parts, interleaved, interleaved in parts. */
const layouts = [
  [1, [16, 5, 20, 30]],
  [1, [4, 2, 200, 200]],
  [1, [300, 9]],
  [1, [9_000, 33]],
] as const;

/** r = |mean| / standard deviation: from 1e5 on, f32 represents few digits of x - mean, but those are exact. */
const ratios = [1e2, 1e3, 1e4, 1e5, 1e6];

onEachBackend((backend) => {
  describe.each(ratios)("a mean %d times the deviation", (ratio) => {
    test.each(layouts)("y and dx lose no digits: axis %i of %j", async (axis, shape) => {
      const length = shape.reduce<number>((product, dimension) => product * dimension, 1);
      const [x, dy] = [normal(length, 1, ratio), normal(length, 2, 0.5)];
      const { y, statistics } = await batchNormForward(backend(), x, shape, { axis, training: true });
      const { dx } = await batchNormBackward(backend(), dy, x, shape, { axis, statistics });
      for (let channel = 0; channel < shape[axis]; channel += 4) {
        const own = extractChannel(x, shape, axis, channel);
        const exact = computeStatistics(own);
        expectWithin([readMean(statistics!, channel)], [exact.mean], 1e-6, "mean");
        expectWithin(
          [readVariance(statistics!, channel)],
          [exact.variance],
          2e-6 * exact.variance,
          "variance",
        );
        const expected = normalizeChannel(own, exact, {}).y;
        expectWithin(
          extractChannel(y, shape, axis, channel),
          expected,
          (at) => 2e-6 * (1 + Math.abs(expected[at]!)),
          "y",
        );
        const dz = extractChannel(dy, shape, axis, channel);
        const gradients = differentiateChannel(dz, own, exact, {}, true);
        expectWithin(
          extractChannel(dx, shape, axis, channel),
          gradients.dx,
          5e-6 * largest(gradients.dx),
          "dx",
        );
      }
    });

    test("merged halves normalize like the whole batch", async () => {
      const shape = [40, 3, 10, 10];
      const data = normal(12_000, 3, ratio);
      const x = fromData(data, { shape, dtype: "f32" }, { backend: backend() });
      const halves = [0, 20].map((begin) => statistics(slice(x, { begin: [begin], end: [begin + 20] })));
      const y = await normalize(x, mergeStatistics(halves)).data();
      for (const channel of [0, 1, 2]) {
        const own = extractChannel(data, shape, 1, channel);
        const expected = normalizeChannel(own, computeStatistics(own), {}).y;
        expectWithin(extractChannel(y, shape, 1, channel), expected, 1e-5, "y");
      }
    });
  });

  describe("magnitudes", () => {
    test.each([1e-15, 1e-9, 1e9, 1e15])("values of %d normalize like values of 1", async (magnitude) => {
      const shape = [50, 6, 10];
      const x = normal(3000, 4).map((value) => value * magnitude);
      const { y } = await batchNormForward(backend(), x, shape, { epsilon: 0, training: true });
      for (let channel = 0; channel < 6; channel++) {
        const own = extractChannel(x, shape, 1, channel);
        const expected = normalizeChannel(own, computeStatistics(own), { epsilon: 0 }).y;
        expectWithin(extractChannel(y, shape, 1, channel), expected, 1e-5, "y");
      }
    });
  });
});
