import { crossEntropy, type Module, SGD, trainStep } from "@evenkeel/nn";
import { type Backend, fromData, type Tensor, withExecutor } from "@evenkeel/tensor";
import type { Program } from "../core/subject.ts";
import type { FitTask, Inputs, TrainingStepTask } from "../core/task.ts";
import { training } from "../core/task.ts";
import { timeSteps } from "./call.ts";
import { buildNetwork } from "./network.ts";
import { separateStatistics } from "./separate-statistics.ts";

/** A model in training, as `fit` runs it. */
export interface Trainer {
  /** The loss before the update; the caller disposes it. */
  step(): Tensor;
  readonly model: Module;
  dispose(): void;
}

export function makeTrainer(task: TrainingStepTask, inputs: Inputs, backend: Backend): Trainer {
  const { model, optimizer, x, targets, dispose } = prepareTraining(task, inputs, backend);
  const step = trainStep(model, crossEntropy, optimizer);
  const run = (): Tensor => step(x, targets);
  return {
    model,
    step: () => (task.isApart ? withExecutor(separateStatistics(), run) : run()),
    dispose,
  };
}

/** What training needs. */
export interface TrainingParts {
  readonly model: Module<[Tensor], Tensor>;
  readonly optimizer: SGD;
  readonly x: Tensor;
  readonly targets: Tensor;
  dispose(): void;
}

export function prepareTraining(
  task: TrainingStepTask | FitTask,
  inputs: Inputs,
  backend: Backend,
): TrainingParts {
  const model = buildNetwork(task.model, backend);
  const { images, labels } = inputs as Required<Inputs>;
  const x = fromData(images!.data, { shape: images!.shape, dtype: "f32" }, { backend });
  const targets = fromData(labels!.data, { shape: labels!.shape, dtype: "i32" }, { backend });
  const { learningRate, momentum } = training;
  const optimizer = new SGD(model, { learningRate, momentum });
  return {
    ...{ model, optimizer, x, targets },
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
      return { losses: Float32Array.from(losses), weight: await readLastWeight(trainer.model) };
    },
    time: (repetitions) => timeSteps(backend, repetitions, () => trainer.step().dispose()),
    dispose: trainer.dispose,
  };
}

/** The weight of the last layer. */
export const readLastWeight = async (model: Module): Promise<Float32Array> =>
  Float32Array.from(await [...model.parameters()].at(-2)!.value.data());
