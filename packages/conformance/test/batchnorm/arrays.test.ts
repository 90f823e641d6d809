import { batchNormBackward, batchNormForward } from "@evenkeel/batchnorm/arrays";
import { ArgumentError, ShapeError } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onEachBackend } from "../each-backend.ts";
import { expectWithin, normal } from "./tools.ts";

onEachBackend((backend) => {
  describe("batch norm of arrays", () => {
    const shape = [5, 3, 4];
    const x = normal(60, 1, 1);

    test("forward and backward free all memory", async () => {
      const { live } = backend().memory();
      const options = {
        scale: normal(3, 2),
        shift: normal(3, 3),
        residual: normal(60, 4),
        activation: "relu",
      } as const;
      const running = { runningMean: new Float32Array(3), runningVariance: new Float32Array(3).fill(1) };
      const forward = await batchNormForward(backend(), x, shape, { ...options, ...running, training: true });
      expect(Object.keys(forward).sort()).toEqual([
        "numBatchesTracked",
        "runningMean",
        "runningVariance",
        "statistics",
        "y",
      ]);
      const { y, statistics } = forward;
      const { scale, shift, activation } = options;
      const gradients = await batchNormBackward(backend(), x, x, shape, {
        statistics,
        scale,
        shift,
        activation,
        y,
      });
      expect(Object.keys(gradients).sort()).toEqual(["dResidual", "dScale", "dShift", "dx"]);
      // Where the residual makes z positive, its gradient is dy.
      expectWithin(
        gradients.dResidual!,
        x.map((value, at) => (y[at]! > 0 ? value : 0)),
        0,
        "dResidual",
      );
      expect(backend().memory().live).toBe(live);
    });

    test("wrong shapes reject with what was found and what was expected", async () => {
      const { live } = backend().memory();
      await expect(batchNormForward(backend(), x, [5, 3, 5])).rejects.toThrow(ShapeError);
      await expect(batchNormForward(backend(), x, shape, { scale: normal(4, 1) })).rejects.toThrow(
        "scale: found shape [4], expected [3]",
      );
      await expect(batchNormBackward(backend(), x, x, shape, {})).rejects.toThrow(ArgumentError);
      await expect(batchNormBackward(backend(), x, x, shape, { statistics: normal(8, 1) })).rejects.toThrow(
        "statistics: found shape [4, 2], expected [4, 3]",
      );
      expect(backend().memory().live).toBe(live);
    });
  });
});
