import { valueAndGrad } from "@evenkeel/autodiff";
import type { Backend, Tensor } from "@evenkeel/tensor";
import { wholeStep } from "@evenkeel/tensor";
import { withNames } from "../../module/failure.ts";
import type { AnyModule, Module } from "../../module/module.ts";
import type { Batch } from "../batches/batch.ts";
import { findBackend, loadBatch } from "../batches/batch.ts";
import type { FitOptions } from "../fit-options.ts";
import type { MeasuredBatch } from "../measurements/measure-batch.ts";
import { measureBatch } from "../measurements/measure-batch.ts";
import { listModules, runInMode } from "../modes.ts";

/** What a step leaves: values to read later. */
export type StepResult = Pick<MeasuredBatch, "row" | "readings"> & { readonly examples: number };

/** One forward and backward pass and one update, which happen as a whole or not at all. */
export class TrainingStep<Inputs, Labels, Outputs> {
  readonly backend: Backend | undefined;
  private readonly modules: readonly AnyModule[];
  private readonly options: FitOptions<Inputs, Labels, Outputs>;
  private readonly compute: (
    inputs: Inputs,
    labels: Labels,
    examples: number,
  ) => [Tensor, Tensor[], Pick<MeasuredBatch, "row" | "readings">];

  constructor(model: Module<[Inputs], Outputs>, options: FitOptions<Inputs, Labels, Outputs>) {
    this.options = options;
    this.backend = findBackend(model);
    this.modules = listModules(model);
    // A walk of the tree for every step would cost more than a small step.
    const parameters = [...model.parameters()];
    this.compute = valueAndGrad(
      { parameters: () => parameters },
      (inputs: Inputs, labels: Labels, examples: number) => {
        const outputs = runInMode(this.modules, true, () => withNames(model, () => model.forward(inputs)));
        const { loss, row, readings } = measureBatch(outputs, labels, options, examples);
        return [loss, { row, readings }];
      },
    );
  }

  /** Throws what the loss, the model or the optimizer throws; nothing has changed then. */
  run(batch: Batch<Inputs, Labels>, step: number): StepResult {
    const { optimizer, schedule } = this.options;
    const { learningRate } = optimizer;
    try {
      if (schedule !== undefined) optimizer.learningRate = schedule(step);
      return wholeStep(() => {
        const { inputs, labels, examples } = loadBatch(batch, this.backend);
        const [, gradients, measured] = this.compute(inputs, labels, examples);
        optimizer.step(gradients);
        return { ...measured, examples };
      });
    } catch (error) {
      optimizer.learningRate = learningRate;
      throw error;
    }
  }
}
