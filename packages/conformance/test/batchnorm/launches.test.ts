import { grad } from "@evenkeel/autodiff";
import { cpu } from "@evenkeel/backend-cpu";
import { batchNorm } from "@evenkeel/batchnorm";
import { type Activation, type Backend, mul, normal, ones, sum, type Tensor, zeros } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RecordingBackend, recordingBackend } from "../../src/index.ts";

let device: Backend;
let backend: RecordingBackend;
beforeAll(async () => {
  device = await cpu.open({ threads: 1 });
  backend = recordingBackend(device);
});
afterAll(() => device.close());

const countLaunches = (body: () => unknown): number => {
  backend.reset();
  body();
  return backend.traffic().launches.length;
};

const draw = (shape: readonly number[], stream: number): Tensor =>
  normal(shape, { seed: 1, stream, backend });

describe.each([
  ["NCHW", [32, 16, 14, 14], 1],
  ["NHWC", [32, 14, 14, 16], 3],
  ["few channels, many values", [64, 2, 64, 64], 1],
  ["features", [128, 512], 1],
] as const)("%s", (_, shape, axis) => {
  const channels = shape[axis]!;
  const forms: readonly (readonly [string, Activation, boolean])[] = [
    ["plain", "none", false],
    ["relu", "relu", false],
    ["residual addition and leaky relu", { leakyRelu: 0.1 }, true],
  ];

  test.each(forms)(
    "%s: at most 2 launches forward, running statistics included, and 2 backward",
    (_, activation, hasResidual) => {
      const x = draw(shape, 0);
      const residual = hasResidual ? draw(shape, 1) : undefined;
      const [scale, shift] = [ones([channels], { backend }), zeros([channels], { backend })];
      const running = {
        runningMean: zeros([channels], { backend }),
        runningVariance: ones([channels], { backend }),
      };
      const options = { axis, activation, residual, training: true, ...running };
      const forward = countLaunches(() => batchNorm(x, { ...options, scale, shift }));
      expect(forward).toBeLessThanOrEqual(2);

      const weights = draw(shape, 2);
      const loss = (y: Tensor): Tensor => sum(mul(y, weights));
      const whole = countLaunches(() =>
        grad(
          (x: Tensor, scale: Tensor, shift: Tensor) => loss(batchNorm(x, { ...options, scale, shift }).y),
          {
            wrt: [0, 1, 2],
          },
        )(x, scale, shift),
      );
      const around = countLaunches(() => grad(loss)(x));
      expect(whole - around - forward).toBeLessThanOrEqual(2);
    },
  );
});

test("a channel that fits one item of work is read from memory once: one launch each way", () => {
  const x = ones([32, 16, 14, 14], { backend });
  expect(countLaunches(() => batchNorm(x, { training: true }))).toBe(1);
});
