import { vjp } from "@evenkeel/autodiff";
import { groupNorm, instanceNorm, layerNorm, rmsNorm } from "@evenkeel/batchnorm/norms";
import { normal, ones, type Tensor, zeros } from "@evenkeel/tensor";
import { RecordingBackend } from "@evenkeel/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { onEachBackend } from "../each-backend.ts";

interface Norm {
  readonly name: string;
  readonly shape: readonly number[];
  /** The shape of scale and shift. */
  readonly parameters: readonly number[];
  readonly run: (x: Tensor, scale: Tensor, shift: Tensor) => Tensor;
  /** The largest number of launches in the backward pass. */
  readonly backward: number;
  /** The largest number of times that the size of x is read or written in the backward pass. */
  readonly passes: number;
}

// Forward: statistics, then one expression with scale and shift. Backward, of channels: sums of channels, small launches over
// them, dx. Backward, of layers: scale * dy and dy * xhat, dx by the kernel of batch norm, two sums over samples in parts.
const norms: readonly Norm[] = [
  {
    name: "layer norm",
    shape: [512, 256],
    parameters: [256],
    run: (x, scale, shift) => layerNorm(x, 256, { scale, shift }),
    backward: 6,
    passes: 9.3,
  },
  {
    name: "RMS norm",
    shape: [512, 256],
    parameters: [256],
    run: (x, scale) => rmsNorm(x, 256, { scale }),
    backward: 6,
    passes: 9.3,
  },
  {
    name: "group norm",
    shape: [16, 32, 14, 14],
    parameters: [32],
    run: (x, scale, shift) => groupNorm(x, 8, { scale, shift }),
    backward: 7,
    passes: 5.3,
  },
  {
    name: "instance norm",
    shape: [16, 32, 14, 14],
    parameters: [32],
    run: (x, scale, shift) => instanceNorm(x, { scale, shift }).y,
    backward: 7,
    passes: 5.3,
  },
];

onEachBackend((device) => {
  let backend: RecordingBackend;
  beforeAll(() => {
    backend = new RecordingBackend(device());
  });

  describe.each(norms)("$name", ({ shape, parameters, run, backward, passes }) => {
    test("two launches forward, and few backward", () => {
      const x = normal(shape, { seed: 1, stream: 0, backend });
      const [scale, shift] = [ones(parameters, { backend }), zeros(parameters, { backend })];
      backend.reset();
      const [y, pullback] = vjp(run, x, scale, shift);
      expect(backend.traffic().launches.length).toBe(2);
      backend.reset();
      pullback(y);
      const { launches, bytesRead, bytesWritten } = backend.traffic();
      expect(launches.length).toBeLessThanOrEqual(backward);
      expect((bytesRead + bytesWritten) / (4 * x.size)).toBeLessThan(passes);
    });
  });
});
