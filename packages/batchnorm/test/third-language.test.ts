import type { Kernel, KernelPlan, PlanTable, Tensor } from "@evenkeel/tensor";
import { matmul, tensor } from "@evenkeel/tensor";
import { MemoryBackend, RecordingBackend } from "@evenkeel/tensor/testing";
import { expect, test } from "vitest";
import { batchNorm } from "../src/index.ts";

/** One launch that reads the first input and writes every output. */
const toyPlan =
  (entry: string): KernelPlan<object> =>
  (inputs, attrs, _limits, _donated, op) => ({
    launches: [
      {
        kind: "kernel",
        kernel: { language: "toy", entry } as Kernel,
        reads: [{ input: 0 }],
        writes: op.outputs(inputs, attrs).map((_, output) => ({ output })),
        parameters: [],
        work: { items: 1, chunk: 1 },
      },
    ],
    temporaries: [],
    aliases: [],
  });

class ToyBackend extends RecordingBackend {
  readonly plans: PlanTable = new Map([
    ["matmul", toyPlan("toyMatmul")],
    ["batchNormTraining", toyPlan("toyBatchNorm")],
  ]);
}

test("a device provides kernels in its own language, without changes to any op", () => {
  const backend = new ToyBackend(new MemoryBackend({ languages: ["toy"] }));
  const listKernels = (call: () => unknown): string[] => {
    const before = backend.launches.length;
    call();
    return backend.launches
      .slice(before)
      .map((launch) => (launch.kind === "kernel" ? `${launch.kernel.language} ${launch.kernel.entry}` : ""));
  };
  const square: Tensor = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { backend },
  );
  expect(listKernels(() => matmul(square, square))).toEqual(["toy toyMatmul"]);
  expect(listKernels(() => batchNorm(square, { training: true }))).toEqual(["toy toyBatchNorm"]);
});
