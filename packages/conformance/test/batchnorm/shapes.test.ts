import type { BackwardArrays, ForwardArrays } from "@evenkeel/batchnorm/arrays";
import { batchNormBackward, batchNormForward } from "@evenkeel/batchnorm/arrays";
import type { Shape } from "@evenkeel/tensor";
import { countElements, findPlanner } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { allCases } from "../../src/index.ts";
import { describeOn } from "../devices.ts";
import { onEachBackend } from "../each-backend.ts";
import { openWebgpu } from "../webgpu/support.ts";
import { computeStatistics, differentiateChannel, extractChannel, normalizeChannel } from "./channels.ts";
import { expectWithin, largest, normal, readMean, readVariance } from "./tools.ts";

const shapes: readonly (readonly [from: string, axis: number, shape: Shape])[] = [
  ["PyTorch", 1, [5, 5, 5]],
  ["PyTorch", 1, [3, 2, 4]],
  ["PyTorch", 1, [3, 1]],
  ["PyTorch", 1, [3, 2, 3, 4]],
  ["PyTorch", 1, [2, 1]],
  ["PyTorch", 1, [1, 2, 3]],
  ["TensorFlow", 3, [1, 1, 6, 1]],
  ["TensorFlow", 3, [27, 131, 127, 6]],
  ["oneDNN, cache edge", 1, [2, 251, 28, 28]],
  ["oneDNN, cache edge", 1, [2, 64, 224, 224]],
  ["one channel", 1, [64, 1, 28, 28]],
  ["channels not a multiple of 4, NHWC", 3, [16, 9, 9, 13]],
  ["channels not a multiple of 16, NHWC", 3, [40, 40, 40, 36]],
  ["inner size not a multiple of 4", 1, [16, 13, 7, 9]],
  ["rank 2", 1, [128, 100]],
  ["rank 3", 1, [16, 20, 33]],
  ["rank 5", 1, [2, 8, 5, 9, 11]],
  ["rank 5, channels last", 4, [2, 5, 9, 11, 8]],
  ["more than 65,535 channels", 1, [3, 70_000]],
  ["more than 65,535 rows", 1, [70_000, 3]],
];

/** 20 million values take seconds on the CPU and minutes on a software GPU. */
const largeShape: Shape = [88, 900, 16, 16];
/**
 * Divided on a GPU like the large one: channels longer than a workgroup can hold, and so many that each has one
 * workgroup.
 */
const cutLikeLargeShape: Shape = [65, 530, 16, 16];

/** The channels that are compared: all of small tensors; the first, the last and some in between of large ones. */
function channelsToCheck(shape: Shape, axis: number): number[] {
  const channels = shape[axis]!;
  const step = Math.max(1, Math.floor((channels * countElements(shape)) / 2e6 / 4));
  const list = Array.from({ length: Math.ceil(channels / step) }, (_, index) => index * step).slice(0, 300);
  return [...new Set([...list, channels - 1])];
}

const data = (shape: Shape, axis: number) => {
  const channels = shape[axis]!;
  return {
    x: normal(countElements(shape), 1, 2, 0.5),
    dy: normal(countElements(shape), 2, 0.25),
    scale: normal(channels, 3, 1, 0.5),
    shift: normal(channels, 4),
    runningMean: normal(channels, 5, 1.5, 0.5),
    runningVariance: normal(channels, 6).map((value) => 0.5 + value * value),
  };
};

type Data = ReturnType<typeof data>;

type Own = (values: ArrayLike<number>) => Float64Array;

/** The bounds were calibrated once; see number 3 of the test families. */
function checkTraining(
  given: Data,
  own: Own,
  channel: number,
  found: ForwardArrays,
  gradients: BackwardArrays,
): void {
  const x = own(given.x);
  const exact = computeStatistics(x);
  const [scale, shift] = [given.scale[channel]!, given.shift[channel]!];
  const deviation = Math.sqrt(exact.variance + 1e-5);
  expectWithin([readMean(found.statistics!, channel)], [exact.mean], 5e-7 * deviation, "mean");
  expectWithin(
    [readVariance(found.statistics!, channel)],
    [exact.variance],
    2e-6 * exact.variance,
    "variance",
  );
  const { y } = normalizeChannel(x, exact, { scale, shift });
  const r = Math.abs(exact.mean) / deviation;
  const bound = (at: number) =>
    2e-6 * (Math.abs(scale) * (Math.abs(x[at]! - exact.mean) / deviation + r) + Math.abs(shift));
  expectWithin(own(found.y), y, bound, "y");
  const blend = (old: number, value: number) => 0.9 * old + 0.1 * value;
  const mean = blend(given.runningMean[channel]!, exact.mean);
  expectWithin([found.runningMean![channel]!], [mean], 1e-6 * (1 + Math.abs(mean)), "running mean");
  const unbiased = (exact.variance * x.length) / (x.length - 1);
  const variance = blend(given.runningVariance[channel]!, unbiased);
  expectWithin([found.runningVariance![channel]!], [variance], 2e-6 * variance, "running variance");
  checkGradients(given, own, channel, exact, true, gradients);
}

function checkFrozen(
  given: Data,
  own: Own,
  channel: number,
  found: ForwardArrays,
  gradients: BackwardArrays,
): void {
  const x = own(given.x);
  const running = { mean: given.runningMean[channel]!, variance: given.runningVariance[channel]! };
  const { y } = normalizeChannel(x, running, { scale: given.scale[channel]!, shift: given.shift[channel]! });
  expectWithin(own(found.y), y, (at) => 1e-6 * (1 + Math.abs(y[at]!) + Math.abs(given.shift[channel]!)), "y");
  checkGradients(given, own, channel, running, false, gradients);
}

function checkGradients(
  given: Data,
  own: Own,
  channel: number,
  statistics: { mean: number; variance: number },
  ofBatch: boolean,
  found: BackwardArrays,
): void {
  const x = own(given.x);
  const dy = own(given.dy);
  const scale = given.scale[channel]!;
  const exact = differentiateChannel(dy, x, statistics, { scale }, ofBatch);
  const factor = Math.abs(scale) / Math.sqrt(statistics.variance + 1e-5);
  expectWithin(own(found.dx), exact.dx, 5e-6 * Math.max(largest(exact.dx), factor * largest(dy)), "dx");
  // In the norm, relative to the summed terms.
  const deviation = Math.sqrt(statistics.variance + 1e-5);
  let terms = 0;
  for (let at = 0; at < dy.length; at++) terms += (dy[at]! * (x[at]! - statistics.mean)) ** 2;
  const norm = Math.sqrt(terms * dy.length) / deviation;
  expectWithin([found.dScale[channel]!], [exact.dScale], 1e-5 * norm, "dScale");
  const magnitudes = dy.reduce((sum, value) => sum + Math.abs(value), 0);
  expectWithin([found.dShift[channel]!], [exact.dShift], 1e-5 * magnitudes, "dShift");
}

onEachBackend((backend, name) => {
  describe("random data", () => {
    const large = name === "cpu" ? largeShape : cutLikeLargeShape;
    test.each([...shapes, ["oneDNN, cache edge", 1, large] as const])(
      "%s, axis %i, %j",
      async (_from, axis, shape) => {
        const given = data(shape, axis);
        const { x, dy, runningMean, runningVariance, ...affine } = given;
        const options = { ...affine, axis };
        const trained = await batchNormForward(backend(), x, shape, {
          ...options,
          runningMean,
          runningVariance,
          training: true,
        });
        const { statistics } = trained;
        const gradients = await batchNormBackward(backend(), dy, x, shape, { ...options, statistics });
        const frozen = await batchNormForward(backend(), x, shape, {
          ...options,
          runningMean,
          runningVariance,
        });
        const ofFrozen = await batchNormBackward(backend(), dy, x, shape, {
          ...options,
          runningMean,
          runningVariance,
        });
        expect(frozen.statistics).toBeUndefined();
        for (const channel of channelsToCheck(shape, axis)) {
          const own = (values: ArrayLike<number>) => extractChannel(values, shape, axis, channel);
          checkTraining(given, own, channel, trained, gradients);
          checkFrozen(given, own, channel, frozen, ofFrozen);
        }
      },
    );
  });

  describe("empty tensors", () => {
    test.each([
      ["PyTorch", 0, [0]],
      ["TensorFlow", 3, [0, 131, 127, 6]],
      ["no channels", 1, [4, 0, 3]],
      ["no planes", 1, [2, 3, 0]],
    ] as const)("%s, axis %i, %j", async (_from, axis, shape) => {
      const channels = (shape as Shape)[axis]!;
      const running = { runningMean: normal(channels, 1), runningVariance: normal(channels, 2) };
      const x = new Float32Array(0);
      const found = await batchNormForward(backend(), x, shape, { axis, ...running, training: true });
      expect(found.y).toEqual(x);
      expect(found).toMatchObject({ ...running, numBatchesTracked: 0 });
      expect(found.statistics).toEqual(new Float32Array(4 * channels));
      const zero = new Float32Array(channels);
      expect(
        await batchNormBackward(backend(), x, x, shape, { axis, statistics: found.statistics! }),
      ).toEqual({
        dx: x,
        dScale: zero,
        dShift: zero,
      });
    });
  });
});

describeOn("webgpu", "a large shape and the smaller shape that replaces it", () => {
  test.each(["batchNormTraining", "normalizeGradient"])(
    "have the same kernels, cut in the same way: %s",
    async (name) => {
      const backend = await openWebgpu();
      await backend.close();
      const { op, cases } = allCases.find(({ op }) => op.name === name)!;
      const { inputs, attrs } = cases[0]!;
      const describeCut = (shape: Shape): unknown => {
        const channels = shape[1]!;
        const specs = inputs.map(
          (input) =>
            input && {
              ...input,
              shape: input.shape.length === 4 ? shape : [...input.shape.slice(0, -1), channels],
            },
        );
        return findPlanner(op, backend)!(specs, { ...attrs, axis: 1 }, backend.limits, []).launches.map(
          (launch) =>
            launch.kind === "kernel" && "workgroups" in launch.work
              ? { kernel: launch.kernel, workgroupsPerChannel: launch.work.workgroups[0] / channels }
              : launch,
        );
      };
      expect(describeCut(cutLikeLargeShape)).toEqual(describeCut(largeShape));
    },
  );
});
