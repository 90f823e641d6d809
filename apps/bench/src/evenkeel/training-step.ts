import { mlp, ResNet, resnet18, resnet20 } from "@evenkeel/models";
import { BasicBlock, crossEntropy, type Module, readStateArrays, SGD, trainStep } from "@evenkeel/nn";
import { type Backend, fromData, type Tensor, withExecutor } from "@evenkeel/tensor";
import type { Program } from "../core/subject.ts";
import type { Inputs, TrainingStepTask } from "../core/task.ts";
import { perceptron, training } from "../core/task.ts";
import { timeSteps } from "./call.ts";
import { makeSeparableBlock } from "./separable-block.ts";
import { separateStatistics } from "./separate-statistics.ts";
import { TransformerBlock } from "./transformer-block.ts";

const prefix = "model.";

/** ResNet-18 for small images, with a stem that keeps their size. */
const smallResNet18: ConstructorParameters<typeof ResNet>[0] = {
  stem: { kernel: 3, stride: 1, channels: 64 },
  hasPool: false,
  channels: [64, 128, 256, 512],
  blocks: [2, 2, 2, 2],
  makeBlock: (before, after, options) => new BasicBlock(before, after, options),
};

function buildModel({ model }: TrainingStepTask, backend: Backend): Module {
  const shared = { classes: training.classes, seed: 1, backend };
  switch (model) {
    case "mlp":
      return mlp({ ...perceptron, ...shared });
    case "resnet20":
      return resnet20(shared);
    case "resnet18":
      return resnet18(shared);
    case "resnet18-small":
      return new ResNet(smallResNet18, shared);
    case "transformer-block":
      return new TransformerBlock(shared);
    case "separable-block":
      return makeSeparableBlock(shared);
  }
}

/** The initial weights of all subjects. */
export async function readModelInputs(task: TrainingStepTask, backend: Backend): Promise<Inputs> {
  const model = buildModel(task, backend);
  const state = await readStateArrays(model);
  model.dispose();
  const arrays = [...state].map(([name, { shape, data }]) => {
    const values = data instanceof Int32Array ? Int32Array.from(data) : Float32Array.from(data);
    return [prefix + name, { shape, data: values }] as const;
  });
  return Object.fromEntries(arrays);
}

/** A model in training, as `fit` runs it. */
export interface Trainer {
  /** The loss before the update; the caller disposes it. */
  step(): Tensor;
  readonly model: Module;
  dispose(): void;
}

export function makeTrainer(task: TrainingStepTask, inputs: Inputs, backend: Backend): Trainer {
  const model = buildModel(task, backend);
  const { images, labels } = inputs as Required<Inputs>;
  const x = fromData(images!.data, { shape: images!.shape, dtype: "f32" }, { backend });
  const targets = fromData(labels!.data, { shape: labels!.shape, dtype: "i32" }, { backend });
  const { learningRate, momentum } = training;
  const optimizer = new SGD(model, { learningRate, momentum });
  const step = trainStep(model, crossEntropy, optimizer);
  const run = (): Tensor => step(x, targets);
  return {
    model,
    step: () => (task.isApart ? withExecutor(separateStatistics(), run) : run()),
    dispose: () => {
      optimizer.dispose();
      model.dispose();
      x.dispose();
      targets.dispose();
    },
  };
}

export function makeTrainingStepProgram(task: TrainingStepTask, inputs: Inputs, backend: Backend): Program {
  const trainer = makeTrainer(task, inputs, backend);
  return {
    results: async () => {
      const losses: number[] = [];
      for (let step = 0; step < training.checkedSteps; step++) {
        const loss = trainer.step();
        losses.push(await loss.item());
        loss.dispose();
      }
      const weight = [...trainer.model.parameters()].at(-2)!;
      return { losses: Float32Array.from(losses), weight: Float32Array.from(await weight.value.data()) };
    },
    time: (repetitions) => timeSteps(backend, repetitions, () => trainer.step().dispose()),
    dispose: trainer.dispose,
  };
}
