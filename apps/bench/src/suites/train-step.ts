import type { BenchCase } from "../core/bench-case.ts";
import type { TrainingStepTask } from "../core/task.ts";
import { type Suite, suiteOfCases } from "./suite.ts";

function trainingStep(model: TrainingStepTask["model"], batch: number): BenchCase {
  const task: TrainingStepTask = { kind: "training-step", model, batch };
  return {
    suite: "train-step",
    name: `${model} b${batch}`,
    task,
    ...(model === "resnet20" && {
      beside: { name: "evenkeel-separate-statistics", task: { ...task, isApart: true } },
    }),
    roofs: [],
    // Rounding grows from step to step: three of them are compared.
    tolerance: 1e-3,
  };
}

/** Forward, loss, backward and update: ResNet-20 on 3x32x32, and 784-512-512-10 with batch norm. */
export const trainStep: Suite = suiteOfCases("train-step", ({ options, gpuIsSoftware }) => {
  // A GPU in software takes minutes for more, and counts the same launches.
  const batch = options.quick ? 4 : gpuIsSoftware ? 16 : 128;
  return [trainingStep("mlp", batch), trainingStep("resnet20", batch)];
});
