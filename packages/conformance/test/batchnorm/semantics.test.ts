import { valueAndGrad } from "@evenkeel/autodiff";
import { batchNorm } from "@evenkeel/batchnorm";
import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, DTypeError, fromData, ShapeError, slice, sum, tensor } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onEachBackend } from "../each-backend.ts";
import { computeStatistics } from "./channels.ts";
import { expectSameBits, expectWithin, normal } from "./tools.ts";

const shape = [6, 3, 4, 5];
const size = 360;
onEachBackend((backend) => {
  const place = (values: Float32Array, at: readonly number[] = [values.length]): Tensor =>
    fromData(values, { shape: at, dtype: "f32" }, { backend: backend() });
  const images = (seed = 1): Tensor => place(normal(size, seed, 1), shape);
  const perChannel = (seed: number): Tensor => place(normal(3, seed, 1, 0.2));
  const running = () => ({ runningMean: perChannel(8), runningVariance: perChannel(9) });

  describe("optional operands", () => {
    test("without scale, shift or residual the bits are those for ones, zeros and zeros", async () => {
      const neutral = {
        scale: place(new Float32Array(3).fill(1)),
        shift: place(new Float32Array(3)),
        residual: place(new Float32Array(size), shape),
      };
      const names = ["scale", "shift", "residual"] as const;
      for (const training of [true, false]) {
        const options = { training, activation: "relu", ...running() } as const;
        const expected = await batchNorm(images(), { ...options, ...neutral }).y.data();
        for (let combination = 0; combination < 8; combination++) {
          const given = Object.fromEntries(
            names.filter((_, bit) => combination & (1 << bit)).map((name) => [name, neutral[name]]),
          );
          expectSameBits(await batchNorm(images(), { ...options, ...given }).y.data(), expected);
        }
      }
    });

    test("without running statistics the batch is normalized by its own, also at inference", async () => {
      const inUse = batchNorm(images());
      expectSameBits(await inUse.y.data(), await batchNorm(images(), { training: true }).y.data());
      expect(inUse).not.toHaveProperty("runningMean");
      expect(inUse).not.toHaveProperty("numBatchesTracked");
    });
  });

  describe("momentum", () => {
    test("0 keeps the running statistics, 1 replaces them", async () => {
      const before = running();
      const kept = batchNorm(images(), { ...before, training: true, momentum: 0 });
      expectSameBits(await kept.runningMean!.data(), await before.runningMean.data());
      expectSameBits(await kept.runningVariance!.data(), await before.runningVariance.data());
      const forgotten = batchNorm(images(), { ...before, training: true, momentum: 1 });
      const fresh = batchNorm(images(), { ...running(), training: true, momentum: 1 });
      expectSameBits(await forgotten.runningMean!.data(), await fresh.runningMean!.data());
      const x = normal(size, 1, 1);
      const channel = Float64Array.from({ length: 120 }, (_, at) => x[Math.floor(at / 20) * 60 + (at % 20)]!);
      const { mean, variance } = computeStatistics(channel);
      expectWithin([(await forgotten.runningMean!.data())[0]!], [mean], 1e-6, "mean");
      expectWithin(
        [(await forgotten.runningVariance!.data())[0]!],
        [(variance * 120) / 119],
        4e-6,
        "variance",
      );
    });

    test("null gives the mean over all batches", async () => {
      let state: { runningMean: Tensor; runningVariance: Tensor; numBatchesTracked?: number } = running();
      const means: Float32Array[] = [];
      for (const seed of [1, 2, 3, 4]) {
        const result = batchNorm(images(seed), { ...state, training: true, momentum: null });
        state = {
          runningMean: result.runningMean!,
          runningVariance: result.runningVariance!,
          numBatchesTracked: result.numBatchesTracked!,
        };
        const alone = batchNorm(images(seed), { ...running(), training: true, momentum: 1 });
        means.push((await alone.runningMean!.data()) as Float32Array);
      }
      expect(state.numBatchesTracked).toBe(4);
      const average = [0, 1, 2].map((channel) =>
        means.reduce((total, mean) => total + mean[channel]! / 4, 0),
      );
      expectWithin(await state.runningMean.data(), average, 1e-6, "running mean");
    });
  });

  describe("frozen", () => {
    test("running statistics do not change, and samples do not affect one another", async () => {
      const state = running();
      const whole = batchNorm(images(), state);
      expect(Object.keys(whole)).toEqual(["y"]);
      const first = batchNorm(slice(images(), { begin: [0], end: [1] }), state).y;
      expectSameBits(await first.data(), (await whole.y.data()).slice(0, 60));
    });

    test("scale, shift and x still have gradients", async () => {
      const state = running();
      const loss = (x: Tensor, scale: Tensor, shift: Tensor): Tensor =>
        sum(batchNorm(x, { ...state, scale, shift }).y);
      const [, [dx, dScale, dShift]] = valueAndGrad(loss, { wrt: [0, 1, 2] })(
        images(),
        perChannel(2),
        perChannel(3),
      );
      const [scale, variance] = [await perChannel(2).data(), await state.runningVariance.data()];
      const factors = Array.from(scale, (value, channel) => value / Math.sqrt(variance[channel]! + 1e-5));
      expectWithin(
        await dx.data(),
        images().size ? Array.from({ length: size }, (_, at) => factors[Math.floor(at / 20) % 3]!) : [],
        1e-6,
        "dx",
      );
      expectSameBits(await dShift.data(), [120, 120, 120]);
      expect((await dScale.data()).every(Number.isFinite)).toBe(true);
    });
  });

  describe("epsilon 0", () => {
    test("a constant channel gives the shift, and gradients of 0", async () => {
      const x = place(new Float32Array(12).fill(0.1), [4, 3]);
      const [value, dx] = valueAndGrad((x: Tensor) =>
        sum(batchNorm(x, { epsilon: 0, training: true, shift: perChannel(3), scale: perChannel(4) }).y),
      )(x);
      const shift = await perChannel(3).data();
      expectWithin([await value.item()], [4 * (shift[0]! + shift[1]! + shift[2]!)], 1e-5, "sum");
      expectSameBits(Array.from(await dx.data(), Math.abs), new Array(12).fill(0));
    });
  });

  describe("errors", () => {
    test.each([[[1, 3]], [[1, 3, 1, 1]]])("a single value per channel cannot be normalized: %j", (at) => {
      const x = place(normal(3, 1), at);
      const message = `found [${at.join(", ")}], expected more than 1 value per channel when training`;
      expect(() => batchNorm(x, { ...running(), training: true })).toThrow(message);
      expect(() => batchNorm(x)).toThrow(ShapeError);
      expect(batchNorm(x, running()).y.shape).toEqual(at);
    });

    const wrong: readonly (readonly [
      name: string,
      type: new (message: string) => Error,
      message: string,
      () => unknown,
    ])[] = [
      [
        "scale of another size",
        ShapeError,
        "scale: found shape [2], expected [3]",
        () => batchNorm(images(), { scale: place(normal(2, 1)) }),
      ],
      [
        "shift of another rank",
        ShapeError,
        "shift: found shape [3, 1], expected [3]",
        () => batchNorm(images(), { shift: place(normal(3, 1), [3, 1]) }),
      ],
      [
        "residual of another shape",
        ShapeError,
        "residual: found shape [6, 3, 20], expected [6, 3, 4, 5]",
        () => batchNorm(images(), { residual: place(normal(size, 1), [6, 3, 20]) }),
      ],
      [
        "running statistics of another size",
        ShapeError,
        "runningVariance: found shape [4], expected [3]",
        () =>
          batchNorm(images(), {
            runningMean: perChannel(1),
            runningVariance: place(normal(4, 1)),
            training: true,
          }),
      ],
      [
        "one of two running statistics",
        ArgumentError,
        "runningVariance: found none",
        () => batchNorm(images(), { runningMean: perChannel(1), training: true }),
      ],
      [
        "no such axis",
        ShapeError,
        "x: found shape [6], expected a channel axis 1",
        () => batchNorm(place(normal(6, 1))),
      ],
      ["an axis before the first", ArgumentError, "axis: found -5", () => batchNorm(images(), { axis: -5 })],
      [
        "integers",
        DTypeError,
        "x: found i32 [2, 2], expected f32",
        () =>
          batchNorm(
            tensor(
              [
                [1, 2],
                [3, 4],
              ],
              { dtype: "i32", backend: backend() },
            ),
          ),
      ],
      [
        "epsilon below 0",
        ArgumentError,
        "batchNorm: epsilon: found -1, expected a finite non-negative number",
        () => batchNorm(images(), { epsilon: -1 }),
      ],
      [
        "epsilon NaN",
        ArgumentError,
        "epsilon: found NaN",
        () => batchNorm(images(), { ...running(), epsilon: Number.NaN }),
      ],
      [
        "momentum above 1",
        ArgumentError,
        "batchNorm: momentum: found 1.5, expected a number in [0, 1], or null",
        () => batchNorm(images(), { momentum: 1.5 }),
      ],
      [
        "half a batch",
        ArgumentError,
        "numBatchesTracked: found 0.5",
        () => batchNorm(images(), { numBatchesTracked: 0.5 }),
      ],
      [
        "an activation that is not fused",
        ArgumentError,
        'activation: found "gelu"',
        () => batchNorm(images(), { activation: "gelu" as "relu" }),
      ],
      [
        "a slope that turns signs over",
        ArgumentError,
        'activation: found {"leakyRelu":-1}',
        () => batchNorm(images(), { activation: { leakyRelu: -1 } }),
      ],
    ];

    test.each(wrong)("%s", (_name, type, message, call) => {
      expect(call).toThrow(type);
      expect(call).toThrow(message);
    });
  });
});
