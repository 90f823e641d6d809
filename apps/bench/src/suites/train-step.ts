import type { BenchCase } from "../core/bench-case.ts";
import type { TrainingStepTask } from "../core/task.ts";
import { makeSuite, type Suite } from "./suite.ts";

function makeTrainingStep(
  model: TrainingStepTask["model"],
  batch: number,
  name: string = `${model} b${batch}`,
): BenchCase {
  const task: TrainingStepTask = { kind: "training-step", model, batch };
  return {
    suite: "train-step",
    name,
    images: batch,
    task,
    ...(model === "resnet20" && {
      beside: { name: "evenkeel-separate-statistics", task: { ...task, isApart: true }, isEquivalent: true },
    }),
    roofs: [],
    comparesVectors: true,
    // Rounding errors grow from step to step, so only three steps are compared.
    tolerance: 1e-3,
  };
}

/** Parts of networks that consist of other operations than convolutions and products of large matrices. */
const listBlocks = (batch: number): BenchCase[] => [
  makeTrainingStep("transformer-block", batch),
  makeTrainingStep("separable-block", batch),
];

/** Enough work for a hardware GPU. */
const largeSteps = [
  makeTrainingStep("resnet18-small", 128, "resnet18 b128"),
  makeTrainingStep("resnet18", 64, "resnet18 b64 224"),
];

/** The step of the recipe of ImageNet, with a batch that a processor takes seconds for. */
const imageNetStep = makeTrainingStep("resnet50", 8, "resnet50 b8 224x224");

/**
 * Forward, loss, backward and update: ResNet-20, ResNet-18 and ResNet-50 on 3x32x32 or 3x224x224, an MLP 784-512-512-10 with
 * batch norm, a layer of a transformer's encoder, and a block of MobileNet.
 */
export const trainStep: Suite = makeSuite("train-step", ({ options, gpuIsSoftware }) => {
  // A software GPU would take minutes for larger cases, and counts the same launches.
  const batch = options.quick ? 4 : gpuIsSoftware ? 16 : 128;
  const steps = [
    makeTrainingStep("mlp", batch),
    makeTrainingStep("resnet20", batch),
    ...listBlocks(Math.min(batch, 32)),
  ];
  if (options.quick) {
    const small = [makeTrainingStep("resnet18-small", 2, "resnet18 b2")];
    return [...steps, ...small, makeTrainingStep("resnet50-small", 2, "resnet50 b2 64x64")];
  }
  if (gpuIsSoftware) return steps;
  return [...steps, ...(options.backend === "webgpu" ? largeSteps : []), imageNetStep];
});
