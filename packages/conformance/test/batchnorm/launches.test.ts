import { grad, vjp } from "@evenkeel/autodiff";
import { batchNorm } from "@evenkeel/batchnorm";
import {
  type Activation,
  cast,
  type DType,
  mul,
  normal,
  ones,
  sum,
  type Tensor,
  zeros,
} from "@evenkeel/tensor";
import { RecordingBackend } from "@evenkeel/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";

import { onEachBackend } from "../each-backend.ts";

onEachBackend((device) => {
  let backend: RecordingBackend;
  beforeAll(() => {
    backend = new RecordingBackend(device());
  });

  const countLaunches = (body: () => unknown): number => {
    backend.reset();
    body();
    return backend.traffic().launches.length;
  };

  const draw = (shape: readonly number[], stream: number): Tensor =>
    normal(shape, { seed: 1, stream, backend });

  interface Form {
    readonly shape: readonly number[];
    readonly axis: number;
    readonly activation: Activation;
    readonly hasResidual: boolean;
    readonly dtype: DType;
  }

  /** At most 2 launches forward, including the running statistics, and 2 backward. */
  function expectFew({ shape, axis, activation, hasResidual, dtype }: Form): void {
    const channels = shape[axis]!;
    const [x, weights] = [cast(draw(shape, 0), dtype), cast(draw(shape, 2), dtype)];
    const residual = hasResidual ? cast(draw(shape, 1), dtype) : undefined;
    const [scale, shift] = [ones([channels], { backend }), zeros([channels], { backend })];
    const running = {
      runningMean: zeros([channels], { backend }),
      runningVariance: ones([channels], { backend }),
    };
    const options = { axis, activation, residual, training: true, ...running };
    const forward = countLaunches(() => batchNorm(x, { ...options, scale, shift }));
    expect(forward).toBeLessThanOrEqual(2);

    const loss = (y: Tensor): Tensor => sum(cast(mul(y, weights), "f32"));
    const whole = countLaunches(() =>
      grad((x: Tensor, scale: Tensor, shift: Tensor) => loss(batchNorm(x, { ...options, scale, shift }).y), {
        wrt: [0, 1, 2],
      })(x, scale, shift),
    );
    const around = countLaunches(() => grad(loss)(x));
    expect(whole - around - forward).toBeLessThanOrEqual(2);
  }

  describe.each([
    ["NCHW", [32, 16, 14, 14], 1],
    ["NHWC", [32, 14, 14, 16], 3],
    ["few channels, many values", [64, 2, 64, 64], 1],
    ["NHWC, many values", [16, 40, 40, 12], 3],
    ["features", [128, 512], 1],
  ] as const)("%s", (_, shape, axis) => {
    const forms: readonly (readonly [string, Activation, boolean])[] = [
      ["plain", "none", false],
      ["relu", "relu", false],
      ["residual addition and leaky relu", { leakyRelu: 0.1 }, true],
    ];

    test.each(forms)(
      "%s: at most 2 launches forward, running statistics included, and 2 backward",
      (_, activation, hasResidual) => {
        expectFew({ shape, axis, activation, hasResidual, dtype: "f32" });
      },
    );

    test.each(forms)("%s: as few in f16, where the device stores it", (_, activation, hasResidual) => {
      if (backend.limits.storage.f16 === undefined) {
        expect(() => cast(draw([1], 0), "f16")).toThrow(
          "dtype: found f16, expected a dtype that this device supports",
        );
        return;
      }
      expectFew({ shape, axis, activation, hasResidual, dtype: "f16" });
    });
  });

  /** Channels that fit an item of work on the CPU, and a workgroup. */
  const fitting: readonly (readonly [string, readonly number[], number])[] = [
    ["NCHW", [32, 16, 14, 14], 1],
    ["NHWC", [8, 7, 7, 32], 3],
    ["features", [128, 512], 1],
  ];

  test.each(fitting)(
    "%s: what fits one item of work is read from memory once, in one launch each way",
    (_, shape, axis) => {
      const x = ones(shape, { backend });
      const perChannel = () => ones([shape[axis]!], { backend });
      const running = { runningMean: perChannel(), runningVariance: perChannel() };
      const [scale, shift, residual] = [perChannel(), perChannel(), ones(shape, { backend })];
      const options = { axis, training: true, activation: "relu", ...running } as const;
      const forward = (x: Tensor, scale: Tensor, shift: Tensor, residual: Tensor): Tensor =>
        batchNorm(x, { ...options, scale, shift, residual }).y;
      expect(countLaunches(() => forward(x, scale, shift, residual))).toBe(1);
      backend.reset();
      const [, pullback] = vjp(forward, x, scale, shift, residual);
      const { launches, bytesRead } = backend.traffic();
      expect(launches.length).toBe(1);
      expect(bytesRead).toBeLessThan(2.5 * 4 * x.size);
      expect(countLaunches(() => pullback(x))).toBe(1);
    },
  );
});
