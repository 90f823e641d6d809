import { vjp } from "@evenkeel/autodiff";
import { groupNorm, instanceNorm, layerNorm, rmsNorm } from "@evenkeel/batchnorm/norms";
import { normal, ones, type Tensor, zeros } from "@evenkeel/tensor";
import { RecordingBackend } from "@evenkeel/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { onEachBackend } from "../each-backend.ts";

/** Limits of launches, and of how often the size of x is read or written in a backward pass. */
interface Limits {
  readonly forward: number;
  readonly backward: number;
  readonly passes: number;
}

interface Norm {
  readonly name: string;
  readonly shape: readonly number[];
  /** The shape of scale and shift. */
  readonly parameters: readonly number[];
  readonly run: (x: Tensor, scale: Tensor, shift: Tensor) => Tensor;
  readonly cpu: Limits;
  readonly webgpu: Limits;
}

// The backward pass of norms of rows has kernels of its own: dx with sums of columns in parts that a second launch adds, or on a
// GPU dx and then the sums of columns. So has the forward pass on the CPU; on a GPU it consists of statistics and an expression.
const rows = {
  cpu: { forward: 1, backward: 2, passes: 3.2 },
  webgpu: { forward: 2, backward: 3, passes: 5.2 },
};

// Norms of channels consist of operations on both: backward the sums of channels, small launches over them, dx.
const channels = {
  cpu: { forward: 2, backward: 6, passes: 5.3 },
  webgpu: { forward: 2, backward: 7, passes: 5.3 },
};

const norms: readonly Norm[] = [
  {
    name: "layer norm",
    shape: [512, 256],
    parameters: [256],
    run: (x, scale, shift) => layerNorm(x, 256, { scale, shift }),
    ...rows,
  },
  {
    name: "RMS norm",
    shape: [512, 256],
    parameters: [256],
    run: (x, scale) => rmsNorm(x, 256, { scale }),
    ...rows,
  },
  {
    name: "group norm",
    shape: [16, 32, 14, 14],
    parameters: [32],
    run: (x, scale, shift) => groupNorm(x, 8, { scale, shift }),
    ...channels,
  },
  {
    name: "instance norm",
    shape: [16, 32, 14, 14],
    parameters: [32],
    run: (x, scale, shift) => instanceNorm(x, { scale, shift }).y,
    ...channels,
  },
];

onEachBackend((device, name) => {
  let backend: RecordingBackend;
  beforeAll(() => {
    backend = new RecordingBackend(device());
  });

  describe.each(norms)("$name", ({ shape, parameters, run, [name]: limits }) => {
    test("few launches forward and backward", () => {
      const x = normal(shape, { seed: 1, stream: 0, backend });
      const [scale, shift] = [ones(parameters, { backend }), zeros(parameters, { backend })];
      backend.reset();
      // RMS norm has no shift.
      const [y, pullback] = vjp(run, ...([x, scale, shift].slice(0, run.length) as [Tensor, Tensor, Tensor]));
      expect(backend.traffic().launches.length).toBe(limits.forward);
      backend.reset();
      pullback(y);
      const { launches, bytesRead, bytesWritten } = backend.traffic();
      expect(launches.length).toBeLessThanOrEqual(limits.backward);
      expect((bytesRead + bytesWritten) / (4 * x.size)).toBeLessThan(limits.passes);
    });
  });
});
