import type { BenchCase } from "../core/bench-case.ts";
import type { InferenceTask } from "../core/task.ts";
import { makeSuite, type Suite } from "./suite.ts";

function makeInference(model: InferenceTask["model"], batch: number): BenchCase {
  const task: InferenceTask = { kind: "inference", model, batch, isFolded: true };
  return {
    suite: "inference",
    name: `${model} b${batch}`,
    images: batch,
    task,
    beside: { name: "evenkeel-unfolded", task: { ...task, isFolded: false }, isEquivalent: true },
    roofs: [],
    // Rounding errors of 20 layers.
    tolerance: 1e-4,
  };
}

/**
 * Inference by ResNet-20 on 3x32x32, and by three convolutions of 64 channels on 28x28: with every batch norm folded and, as
 * `evenkeel-unfolded`, with separate norms that use their running statistics.
 */
export const inference: Suite = makeSuite("inference", ({ options, gpuIsSoftware }) => {
  const batch = options.quick ? 4 : gpuIsSoftware ? 16 : 128;
  const cases = [makeInference("resnet20", batch), makeInference("conv-stack", Math.min(batch, 32))];
  return options.quick ? cases : [...cases, makeInference("resnet20", 1)];
});
