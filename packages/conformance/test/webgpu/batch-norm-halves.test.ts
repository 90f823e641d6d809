import { grad, vjp } from "@evenkeel/autodiff";
import type { WebgpuBackend } from "@evenkeel/backend-webgpu";
import {
  batchNorm,
  extractMean,
  extractVariance,
  ghostBatchNorm,
  maskedBatchNorm,
  maskedStatistics,
  statistics,
} from "@evenkeel/batchnorm";
import type { Activation, DType, Shape, Tensor } from "@evenkeel/tensor";
import { cast, countElements, DTypeError, fromData, mul, ones, sum, zeros } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectSameBits, expectWithin, largest, normal } from "../batchnorm/tools.ts";
import { twoPass } from "../batchnorm/two-pass.ts";
import { describeOn } from "../devices.ts";
import { openWebgpu } from "./support.ts";

/** Rounding to 11 bits has a relative error of 5e-4; the errors of y and its operands together are less than this. */
const ofHalves = 5e-3;

/** Four values, four channels and single values at a time, in one tile and in parts. */
const shapes: readonly (readonly [shape: Shape, axis: number])[] = [
  [[6, 5, 4, 8], 1],
  [[3, 2, 180, 120], 1],
  [[50, 3, 12], 2],
  [[70, 61, 8], 2],
  [[9, 5, 7], 1],
  [[2, 2, 181, 91], 1],
];

describeOn("webgpu", "batch norm in f16 on webgpu", () => {
  let backend: WebgpuBackend;
  beforeAll(async () => {
    backend = await openWebgpu();
  });
  afterAll(() => backend.close());

  const place = (data: Float32Array, dtype: DType = "f32", shape: Shape = [data.length]): Tensor =>
    fromData(data, { shape, dtype }, { backend });

  /** The same numbers in f16 and in f32. */
  async function twins(
    shape: Shape,
    seed: number,
    mean = 0,
  ): Promise<[half: Tensor, whole: Tensor, data: Float32Array]> {
    const half = place(normal(countElements(shape), seed, mean), "f16", shape);
    const data = (await half.data()) as Float32Array;
    return [half, place(data, "f32", shape), data];
  }

  const expectClose = async (found: Tensor, wanted: Tensor, what: string): Promise<void> => {
    const expected = await wanted.data();
    expectWithin(await found.data(), expected, ofHalves * largest(expected), what);
  };

  const forms: readonly (readonly [name: string, activation: Activation, hasResidual: boolean])[] = [
    ["plain", "none", false],
    ["relu", "relu", false],
    ["residual and relu", "relu", true],
    ["residual and leaky relu", { leakyRelu: 0.1 }, true],
  ];

  describe.each(shapes)("%j, channels on axis %i", (shape, axis) => {
    const channels = [shape[axis]!];
    const parameters = () =>
      [place(normal(channels[0]!, 3, 1, 0.2)), place(normal(channels[0]!, 4))] as const;

    test.each(forms)("%s: y and gradients equal those of f32", async (_, activation, hasResidual) => {
      const [half, whole] = await twins(shape, 1, 0.5);
      const [halfDy, wholeDy] = await twins(shape, 2);
      const [halfAdded, wholeAdded] = await twins(shape, 5);
      const run = (x: Tensor, added: Tensor, dy: Tensor): readonly Tensor[] => {
        const [scale, shift] = parameters();
        const forward = (x: Tensor, scale: Tensor, shift: Tensor, residual?: Tensor): Tensor =>
          batchNorm(x, {
            axis,
            scale,
            shift,
            activation,
            training: true,
            residual,
          }).y;
        const [y, pullback] = vjp(forward, x, scale, shift, ...(hasResidual ? [added] : []));
        return [y, ...pullback(dy)];
      };
      const found = run(half, halfAdded, halfDy);
      const wanted = run(whole, wholeAdded, wholeDy);
      expect(found.map(({ dtype }) => dtype)).toEqual([
        "f16",
        "f16",
        "f32",
        "f32",
        ...(hasResidual ? ["f16"] : []),
      ]);
      for (const [index, tensor] of found.entries())
        await expectClose(tensor, wanted[index]!, `result ${index}`);
    });

    test("statistics equal those of f32: means and variances of the stored values", async () => {
      const [half, , data] = await twins(shape, 1, 700);
      const expected = twoPass(data, shape, axis);
      const found = statistics(half, { axis });
      expect(found.dtype).toBe("f32");
      expectWithin(await extractMean(found).data(), expected.mean, (at) => 2e-7 * expected.mean[at]!, "mean");
      expectWithin(
        await extractVariance(found).data(),
        expected.variance,
        (at) => 2e-6 * expected.variance[at]!,
        "variance",
      );
    });

    test("running statistics, inference, and y in the memory of x", async () => {
      const [half, whole] = await twins(shape, 1, -3);
      const run = (x: Tensor) => {
        const state = {
          runningMean: zeros(channels, { backend }),
          runningVariance: ones(channels, { backend }),
        };
        const { runningMean, runningVariance, y } = batchNorm(x, { ...state, axis, training: true });
        return [
          y,
          runningMean!,
          runningVariance!,
          batchNorm(x, { ...state, axis, activation: "relu" }).y,
        ] as const;
      };
      const [found, wanted] = [run(half), run(whole)];
      expectSameBits(await found[1].data(), await wanted[1].data(), "running mean");
      expectSameBits(await found[2].data(), await wanted[2].data(), "running variance");
      expect(found[3].dtype).toBe("f16");
      await expectClose(found[3], wanted[3], "y at inference");
      const inPlace = batchNorm(half, { axis, training: true, inPlace: true }).y;
      expectSameBits(await inPlace.data(), await found[0].data(), "in place");
    });
  });

  test.each([
    [[4, 2, 512], 1],
    [[2100, 4], 1],
    [[9, 3, 35], 1],
  ] as const)("constant channels of %j give exactly the shift", async (shape, axis) => {
    const shift = Float32Array.from({ length: shape[axis] }, (_, channel) => channel / 4 - 0.5);
    for (const constant of [0, 0.1, 100, 60000]) {
      const x = place(new Float32Array(countElements(shape)).fill(constant), "f16", shape);
      const { y } = batchNorm(x, { axis, shift: place(shift), training: true });
      const inner = countElements(shape.slice(axis + 1));
      const expected = Array.from(
        { length: countElements(shape) },
        (_, at) => shift[Math.floor(at / inner) % shape[axis]]!,
      );
      expectSameBits(await y.data(), expected, `y of ${constant}`);
    }
  });

  test("a mean of a thousand standard deviations loses only the digits that storage loses", async () => {
    const shape = [8, 3, 64];
    const [half, whole, data] = await twins(shape, 7, 1500);
    expect(new Set(data).size).toBeLessThan(9);
    const [y, wanted] = [half, whole].map((x) => batchNorm(x, { training: true }).y);
    await expectClose(y!, wanted!, "y");
  });

  test.each([
    [[6, 4, 8], 1],
    [[6, 4, 7], 1],
  ] as const)("%j: relu lets no gradient through where its input is 0", async (shape, axis) => {
    const [x, dy] = [zeros(shape, { dtype: "f16", backend }), ones(shape, { dtype: "f16", backend })];
    const channels = [shape[axis]];
    const alone = vjp(
      (shift: Tensor) => batchNorm(x, { axis, shift, activation: "relu", training: true }).y,
      place(Float32Array.of(0, 1, -1, 0)),
    );
    expect(Array.from(await alone[1](dy)[0].data())).toEqual([0, countElements(shape) / 4, 0, 0]);
    const half = (value: number): Tensor =>
      place(new Float32Array(countElements(shape)).fill(value), "f16", shape);
    const added = vjp(
      (residual: Tensor) =>
        batchNorm(x, {
          axis,
          shift: ones(channels, { backend }),
          residual,
          activation: "relu",
          training: true,
        }).y,
      half(-1),
    );
    expect(Array.from(await added[0].data()).every((value) => value === 0)).toBe(true);
    expect(Array.from(await added[1](dy)[0].data()).every((value) => value === 0)).toBe(true);
  });

  test("second derivatives equal those of f32", async () => {
    const [shape, axis] = [[6, 3, 8], 1] as const;
    const [half, whole] = await twins(shape, 1, 0.5);
    const [halfWeights, wholeWeights] = await twins(shape, 2);
    const total = (x: Tensor): Tensor => sum(cast(x, "f32"));
    const run = (x: Tensor, weights: Tensor): Tensor => {
      const forward = (x: Tensor): Tensor => batchNorm(x, { axis, training: true, activation: "relu" }).y;
      const slope = grad((x: Tensor) => total(mul(forward(x), weights)));
      return grad((x: Tensor) => total(mul(slope(x), slope(x))))(x);
    };
    const found = run(half, halfWeights);
    expect(found.dtype).toBe("f16");
    // Two gradient passes, each with terms that are rounded to f16.
    const expected = await run(whole, wholeWeights).data();
    expectWithin(await found.data(), expected, 4 * ofHalves * largest(expected), "second derivative");
  });

  test("ghost batches and masks", async () => {
    const shape = [8, 3, 10];
    const [half, whole] = await twins(shape, 1, 2);
    const mask = fromData(
      Float32Array.from({ length: 80 }, (_, at) => Number(at % 10 < 4 + Math.floor(at / 10) / 2)),
      { shape: [8, 1, 10], dtype: "bool" },
      { backend },
    );
    const run = (x: Tensor): readonly Tensor[] => [
      ghostBatchNorm(x, { size: 4, training: true }).y,
      maskedBatchNorm(x, mask, { training: true, activation: "relu" }).y,
      extractVariance(maskedStatistics(x, mask)),
    ];
    const [found, wanted] = [run(half), run(whole)];
    expect(found.map(({ dtype }) => dtype)).toEqual(["f16", "f16", "f32"]);
    for (const [index, tensor] of found.entries())
      await expectClose(tensor, wanted[index]!, `result ${index}`);
  });

  test("parameters and statistics are f32, and a residual has the dtype of x", () => {
    const x = zeros([2, 3, 4], { dtype: "f16", backend });
    expect(() => batchNorm(x, { scale: ones([3], { dtype: "f16", backend }), training: true })).toThrow(
      new DTypeError("batchNormTraining: scale: found f16 [3], expected f32"),
    );
    expect(() => batchNorm(x, { residual: zeros([2, 3, 4], { backend }), training: true })).toThrow(
      new DTypeError("batchNormTraining: residual: found f32 [2, 3, 4], expected f16"),
    );
  });
});
