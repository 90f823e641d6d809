import { vjp } from "@evenkeel/autodiff";
import type { BatchNormOptions, BatchNormResult } from "@evenkeel/batchnorm";
import { batchNorm, maskedBatchNorm, maskedStatistics } from "@evenkeel/batchnorm";
import type { Activation, Tensor } from "@evenkeel/tensor";
import { full, ones, tensor, zeros } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onEachBackend } from "../each-backend.ts";
import {
  computeStatistics,
  differentiateChannel,
  extractChannel,
  getSlope,
  normalizeChannel,
} from "./channels.ts";
import { expectSameBits, expectWithin, largest, normal, readMean, readVariance } from "./tools.ts";

const shape = [6, 5, 37] as const;
const [samples, channels, length] = shape;
const size = samples * channels * length;
/** Sequences of different lengths, one of them empty, padded to the same length. */
const lengths = [37, 1, 0, 12, 25, 36];
const isReal = (at: number): boolean => at % length < lengths[Math.floor(at / (channels * length))]!;
const realFlags = Array.from({ length: size }, (_, at) => isReal(at));

onEachBackend((backend) => {
  const place = (values: Float32Array, as: readonly number[] = shape): Tensor =>
    tensor(values, { shape: as, backend: backend() });
  const flags = (values: readonly boolean[], as: readonly number[] = shape): Tensor =>
    tensor(Uint8Array.from(values, Number), { shape: as, dtype: "bool", backend: backend() });
  /** One flag for all channels at a position. */
  const perPlace = (): Tensor =>
    flags(
      lengths.flatMap((own) => Array.from({ length }, (_, at) => at < own)),
      [samples, 1, length],
    );

  /** Arbitrary values where nothing should be read. */
  const poisoned = (values: Float32Array): Float32Array =>
    values.map((value, at) => (isReal(at) ? value : [NaN, Infinity, -Infinity, 3e38][at % 4]!));

  const scale = normal(channels, 3, 1, 0.3);
  const shift = normal(channels, 4, 0, 0.5);

  interface Run extends BatchNormResult {
    readonly gradients: readonly Float32Array[];
  }

  /** A training step: the result, and the gradients of x, scale, shift and, if there is one, the residual. */
  async function differentiated(
    norm: (x: Tensor, options: BatchNormOptions) => BatchNormResult,
    x: Float32Array,
    dy: Float32Array,
    options: BatchNormOptions & { readonly residual?: Tensor } = {},
  ): Promise<Run> {
    let result: BatchNormResult | undefined;
    const { residual, ...others } = options;
    const inputs = [
      place(x),
      place(scale, [channels]),
      place(shift, [channels]),
      ...(residual ? [residual] : []),
    ];
    const [y, pullback] = vjp(
      (...[x, scale, shift, residual]: Tensor[]) => {
        result = norm(x!, { ...others, scale, shift, residual, training: true });
        return [
          result.y,
          ...[result.statistics, result.runningMean, result.runningVariance].filter((t) => t !== undefined),
        ];
      },
      ...inputs,
    );
    const gradients = pullback([place(dy), ...y.slice(1).map(() => undefined)]);
    return {
      ...result!,
      gradients: await Promise.all(gradients.map((gradient) => gradient!.data() as never)),
    };
  }

  const compact = (values: Float64Array, channel: number): Float64Array => {
    const real = extractChannel(realFlags.map(Number), shape, 1, channel);
    return values.filter((_, at) => real[at] === 1);
  };
  const selectReal = (values: ArrayLike<number>, channel: number): Float64Array =>
    compact(extractChannel(values, shape, 1, channel), channel);

  describe("masked batch norm", () => {
    const activations: readonly Activation[] = ["none", "relu", { leakyRelu: 0.1 }];

    test.each(
      activations.flatMap((activation) =>
        [false, true].map((hasResidual) => ({ activation, hasResidual, name: JSON.stringify(activation) })),
      ),
    )(
      "is batch norm of the real values: $name, residual $hasResidual",
      async ({ activation, hasResidual }) => {
        const [x, dy, added] = [normal(size, 1, 0.5, 2), normal(size, 2), normal(size, 5)];
        const state = {
          runningMean: zeros([channels], { backend: backend() }),
          runningVariance: ones([channels], { backend: backend() }),
        };
        const residual = hasResidual ? place(poisoned(added)) : undefined;
        const mask = perPlace();
        const run = await differentiated(
          (input, options) => maskedBatchNorm(input, mask, options),
          poisoned(x),
          poisoned(dy).map((value, at) => (isReal(at) ? value : 1)),
          { ...state, activation, ...(residual ? { residual } : {}) },
        );
        const [y, found] = [await run.y.data(), (await run.statistics!.data()) as Float32Array];
        const [dx, dScale, dShift, dResidual] = run.gradients;
        const [mean, variance] = [await run.runningMean!.data(), await run.runningVariance!.data()];
        for (let channel = 0; channel < channels; channel++) {
          const own = selectReal(x, channel);
          const truth = computeStatistics(own);
          const options = {
            scale: scale[channel]!,
            shift: shift[channel]!,
            activation,
            ...(hasResidual ? { residual: selectReal(added, channel) } : {}),
          };
          expect(found[channel]).toBe(own.length);
          expectWithin([readMean(found, channel)], [truth.mean], 1e-6, "mean");
          expectWithin([readVariance(found, channel)], [truth.variance], 2e-6 * truth.variance, "variance");
          const unbiased = (truth.variance * own.length) / (own.length - 1);
          expectWithin([mean[channel]!], [0.1 * truth.mean], 1e-6, "runningMean");
          expectWithin([variance[channel]!], [0.9 + 0.1 * unbiased], 2e-6, "runningVariance");
          const { z, y: expected } = normalizeChannel(own, truth, options);
          expectWithin(selectReal(y, channel), expected, 1e-5, "y");
          const slope = getSlope(activation);
          const dz = selectReal(dy, channel).map((value, at) => (z[at]! > 0 ? value : value * slope));
          const gradients = differentiateChannel(dz, own, truth, options, true);
          expectWithin(selectReal(dx!, channel), gradients.dx, 5e-6 * largest(gradients.dx), "dx");
          expectWithin([dScale![channel]!], [gradients.dScale], 1e-5 * own.length, "dScale");
          expectWithin([dShift![channel]!], [gradients.dShift], 1e-5 * own.length, "dShift");
          if (hasResidual) expectWithin(selectReal(dResidual!, channel), dz, 1e-6, "dResidual");
        }
        const masked = [y, dx!, ...(dResidual ? [dResidual] : [])];
        for (const values of masked) {
          for (let at = 0; at < size; at++) if (!isReal(at)) expect(values[at]).toBe(0);
        }
      },
    );

    test("masked values do not change any bit", async () => {
      const [x, dy] = [normal(size, 1), normal(size, 2)];
      const mask = perPlace();
      const norm = (input: Tensor, options: BatchNormOptions) => maskedBatchNorm(input, mask, options);
      const clean = await differentiated(norm, x, dy);
      const dirty = await differentiated(norm, poisoned(x), poisoned(dy));
      expectSameBits(await dirty.y.data(), await clean.y.data(), "y");
      expectSameBits(await dirty.statistics!.data(), await clean.statistics!.data(), "statistics");
      dirty.gradients.forEach((values, index) => {
        expectSameBits(values, clean.gradients[index]!, `gradient ${index}`);
      });
    });

    test("a mask of ones gives the same as no mask", async () => {
      const [x, dy] = [normal(size, 1, 100, 2), normal(size, 2)];
      const mask = flags(realFlags.map(() => true));
      const masked = await differentiated((input, options) => maskedBatchNorm(input, mask, options), x, dy);
      const plain = await differentiated(batchNorm, x, dy);
      expectSameBits(await masked.y.data(), await plain.y.data(), "y");
      expectSameBits(await masked.statistics!.data(), await plain.statistics!.data(), "statistics");
      plain.gradients.forEach((values, index) => {
        expectWithin(masked.gradients[index]!, values, 5e-6 * largest(values), `gradient ${index}`);
      });
    });

    test.each([1e2, 1e4, 1e6])("a mean of %d standard deviations loses no digits", async (distance) => {
      const x = normal(size, 1, distance, 1);
      const found = (await maskedStatistics(place(poisoned(x)), perPlace()).data()) as Float32Array;
      for (let channel = 0; channel < channels; channel++) {
        const truth = computeStatistics(selectReal(x, channel));
        expectWithin([readMean(found, channel)], [truth.mean], 1e-6, "mean");
        expectWithin([readVariance(found, channel)], [truth.variance], 2e-6 * truth.variance, "variance");
      }
    });

    test("a channel without values keeps its running statistics, and one with a single value gives the shift", async () => {
      const x = place(Float32Array.of(5, 7, NaN, 1, -3, NaN), [2, 3]);
      const mask = flags([true, true, false, true, false, false], [2, 3]);
      const result = maskedBatchNorm(x, mask, {
        training: true,
        shift: full([3], 0.25, { backend: backend() }),
        runningMean: full([3], 2, { backend: backend() }),
        runningVariance: full([3], 3, { backend: backend() }),
      });
      expect([...(await result.runningMean!.data())]).toEqual([
        expect.closeTo(2.1, 6),
        expect.closeTo(2.5, 6),
        2,
      ]);
      expect([...(await result.runningVariance!.data())]).toEqual([
        expect.closeTo(3.5, 6),
        expect.closeTo(2.7, 6),
        3,
      ]);
      const y = await result.y.data();
      expect([y[1], y[2], y[4], y[5]]).toEqual([0.25, 0, 0, 0]);
    });

    test("at inference it normalizes by the running statistics", async () => {
      const x = normal(size, 1);
      const options = {
        runningMean: full([channels], 0.5, { backend: backend() }),
        runningVariance: full([channels], 4, { backend: backend() }),
      };
      const plain = await batchNorm(place(x), options).y.data();
      const result = maskedBatchNorm(place(poisoned(x)), perPlace(), options);
      expect(result.runningMean).toBeUndefined();
      expectSameBits(
        await result.y.data(),
        Float32Array.from(plain, (value, at) => (isReal(at) ? value : 0)),
      );
    });

    test("a mask of the wrong shape is an error", () => {
      const x = place(normal(size, 1));
      expect(() => maskedBatchNorm(x, ones([...shape], { backend: backend() }))).toThrow(
        "maskedBatchNorm: mask: found f32 [6, 5, 37], expected bool",
      );
      expect(() => maskedStatistics(x, flags([true, false], [2]))).toThrow("maskedStatistics");
      expect(() => maskedStatistics(x, flags([true], [1, 1, 1, 1]))).toThrow(
        "expected one that broadcasts to [6, 5, 37]",
      );
      expect(() =>
        maskedBatchNorm(x, flags([true], [1]), {
          runningMean: zeros([channels], { backend: backend() }),
          training: true,
        }),
      ).toThrow("maskedBatchNorm: runningVariance: found none");
    });
  });
});
