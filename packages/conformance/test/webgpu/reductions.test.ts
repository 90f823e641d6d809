import type { WebgpuBackend } from "@evenkeel/backend-webgpu";
import type { Backend, Tensor } from "@evenkeel/tensor";
import { cumulativeSum, fromData, mean, moments, softmax, sum } from "@evenkeel/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";
import { allCases, runCase } from "../../src/index.ts";
import { describeOn } from "../devices.ts";
import { openWebgpu } from "./support.ts";

const tenth = Math.fround(0.1);

describeOn("webgpu", "reductions on WebGPU", () => {
  let backend: WebgpuBackend;
  beforeAll(async () => {
    backend = await openWebgpu({ nonFinite: true });
  });
  afterAll(() => backend.close());

  const makeTensor = (data: Float32Array, ...shape: number[]): Tensor =>
    fromData(data, { shape, dtype: "f32" }, { backend });

  test("long sums round like short ones", async () => {
    const size = 2 ** 17;
    const x = makeTensor(new Float32Array(size + 1).fill(0.1), size + 1);
    expect(Math.abs((await sum(x).item()) / ((size + 1) * tenth) - 1)).toBeLessThan(1e-6);
    expect(Math.abs((await mean(x).item()) / tenth - 1)).toBeLessThan(1e-6);
    const sums = await cumulativeSum(x).data();
    expect(Math.abs(sums[size]! / ((size + 1) * tenth) - 1)).toBeLessThan(1e-6);
  });

  test.each([1e4, 1e6])(
    "a mean of %d standard deviations loses no digits of the variance",
    async (centre) => {
      const [rows, columns] = [3001, 12];
      const data = Float32Array.from({ length: rows * columns }, (_, i) => centre + Math.sin(i * i));
      for (const [axis, length] of [
        [0, rows],
        [1, columns],
      ] as const) {
        const found = await moments(makeTensor(data, rows, columns), { axis: axis }).variance.data();
        for (let line = 0; line < found.length; line += 7) {
          const at = (i: number): number => data[axis === 0 ? i * columns + line : line * columns + i]!;
          const values = Array.from({ length }, (_, i) => at(i));
          const average = values.reduce((total, value) => total + value, 0) / length;
          const variance = values.reduce((total, value) => total + (value - average) ** 2, 0) / length;
          expect(Math.abs(found[line]! / variance - 1)).toBeLessThan(1e-5);
        }
      }
    },
  );

  test("a constant is its own mean and has variance 0", async () => {
    const found = moments(makeTensor(new Float32Array(100_003).fill(0.1), 100_003));
    expect([await found.mean.item(), await found.variance.item()]).toEqual([tenth, 0]);
  });

  test("an infinity in one line does not change the bits of other lines", async () => {
    const data = Float32Array.from({ length: 4 * 1000 }, (_, i) => Math.sin(i));
    const before = await softmax(makeTensor(data, 4, 1000)).data();
    data[1500] = Number.POSITIVE_INFINITY;
    const after = await softmax(makeTensor(data, 4, 1000)).data();
    expect(after.subarray(1000, 2000).every(Number.isNaN)).toBe(true);
    expect([...after.subarray(0, 1000)]).toEqual([...before.subarray(0, 1000)]);
    expect([...after.subarray(2000)]).toEqual([...before.subarray(2000)]);
  });

  const manyWorkgroups = /66,000 (rows|samples)|one (row|line) in parts/;
  /** A device with a limited number of workgroups per dimension, so that even small launches need two dimensions. */
  const narrowed = (maxWorkgroups: number): Backend =>
    Object.create(backend, { limits: { value: { ...backend.limits, maxWorkgroups } } });

  test.each(["sum", "moments", "argmax", "softmax", "softmaxCrossEntropyGradient", "cumulativeSum"])(
    "%s folds its workgroups over two dimensions",
    async (name) => {
      const opCases = allCases.find(({ op }) => op.name === name)!;
      for (const opCase of opCases.cases.filter((one) => manyWorkgroups.test(one.name))) {
        const plain = { ...opCase, differentiable: false };
        const { checks } = await runCase(narrowed(5), opCases, plain);
        expect([opCase.name, checks.filter(({ failure }) => failure !== undefined)]).toEqual([
          opCase.name,
          [],
        ]);
      }
    },
  );
});
