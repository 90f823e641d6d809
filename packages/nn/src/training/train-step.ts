import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";
import { callable, checkOptions, checkValue, describeValue } from "@evenkeel/tensor/checks";
import { isModule } from "../module/member.ts";
import type { Module } from "../module/module.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Loadable } from "./batches/batch.ts";
import { optimizerRule } from "./check-options.ts";
import type { Measure } from "./measurements/measures.ts";
import { TrainingStep } from "./run/training-step.ts";
import type { StepHooks } from "./step-hooks.ts";

/** A step of training: takes inputs and labels, as tensors or host arrays, and returns the loss before the update. */
export type TrainStep<Inputs, Labels> = (inputs: Loadable<Inputs>, labels: Loadable<Labels>) => Tensor;

/**
 * A function that does one step of training: forward pass, loss, backward pass, update. It is what `fit` does with each batch, for
 * loops of your own. The step happens as a whole or not at all, waits for nothing, and frees all memory but that of the loss, which
 * belongs to the caller. The model runs in training mode and is back in its own afterwards.
 *
 * Throws ArgumentError for wrong arguments and for an optimizer of another model; the step throws what the model, the loss and the
 * optimizer throw.
 *
 * @example
 * const step = trainStep(model, crossEntropy, new SGD(model, { learningRate: 0.1 }));
 * const loss = step(images, labels);
 */
export function trainStep<Inputs, Outputs, Labels = Tensor>(
  model: Module<[Inputs], Outputs>,
  loss: Measure<Labels, Outputs>,
  optimizer: Optimizer,
  hooks: StepHooks = {},
): TrainStep<Inputs, Labels> {
  if (!isModule(model))
    throw new ArgumentError(`trainStep: model: found ${describeValue(model)}, expected a module`);
  checkValue("trainStep: loss", loss, callable);
  checkValue("trainStep: optimizer", optimizer, optimizerRule);
  checkOptions<StepHooks>("trainStep", hooks, { transformGradients: callable, onUpdate: callable });
  optimizer.checkModel(model);
  const step = new TrainingStep<Inputs, Labels, Outputs>(model, { loss, optimizer, ...hooks });
  let steps = 0;
  return (inputs, labels) => step.runForLoss({ inputs, labels }, steps++);
}
