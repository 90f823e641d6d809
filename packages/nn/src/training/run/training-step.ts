import { valueAndGrad } from "@evenkeel/autodiff";
import type { Backend, Tensor } from "@evenkeel/tensor";
import { rejectPromise, wholeStep } from "@evenkeel/tensor";
import { withNames } from "../../module/failure.ts";
import type { AnyModule, Module } from "../../module/module.ts";
import type { Optimizer } from "../../optimizers/optimizer.ts";
import type { Schedule } from "../../schedules/schedule.ts";
import type { Batch } from "../batches/batch.ts";
import { findBackend, loadBatch } from "../batches/batch.ts";
import type { MeasuredBatch } from "../measurements/measure-batch.ts";
import { measureBatch } from "../measurements/measure-batch.ts";
import type { Measures } from "../measurements/measures.ts";
import { listModules, runInMode } from "../modes.ts";
import type { StepHooks } from "../step-hooks.ts";

/** What a step leaves: values to read later. */
export type StepResult = Pick<MeasuredBatch, "row" | "readings"> & { readonly examples: number };

/** What a step does. */
export type StepOptions<Labels, Outputs> = Measures<Labels, Outputs> &
  StepHooks & { readonly optimizer: Optimizer; readonly schedule?: Schedule };

/** One forward and backward pass and one update, which happen as a whole or not at all. */
export class TrainingStep<Inputs, Labels, Outputs> {
  readonly backend: Backend | undefined;
  private readonly modules: readonly AnyModule[];
  private readonly options: StepOptions<Labels, Outputs>;
  private readonly compute: (
    inputs: Inputs,
    labels: Labels,
    examples: number,
  ) => [Tensor, Tensor[], Pick<MeasuredBatch, "row" | "readings">];

  constructor(model: Module<[Inputs], Outputs>, options: StepOptions<Labels, Outputs>) {
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
    return this.runWhole(batch, step, (_loss, result) => result);
  }

  /** The same, but returns the loss. */
  runForLoss(batch: Batch<Inputs, Labels>, step: number): Tensor {
    return this.runWhole(batch, step, (loss) => loss);
  }

  private runWhole<Result>(
    batch: Batch<Inputs, Labels>,
    step: number,
    select: (loss: Tensor, result: StepResult) => Result,
  ): Result {
    const { optimizer, schedule } = this.options;
    const { learningRate } = optimizer;
    try {
      if (schedule !== undefined) optimizer.learningRate = schedule(step);
      return wholeStep(() => {
        const { inputs, labels, examples } = loadBatch(batch, this.backend);
        const [loss, gradients, measured] = this.compute(inputs, labels, examples);
        this.update(gradients);
        return select(loss, { ...measured, examples });
      });
    } catch (error) {
      optimizer.learningRate = learningRate;
      throw error;
    }
  }

  private update(gradients: readonly Tensor[]): void {
    const { optimizer, transformGradients, onUpdate } = this.options;
    const transformed = transformGradients === undefined ? gradients : transformGradients(gradients);
    rejectPromise(transformed, "transformGradients");
    if (transformed === undefined) return;
    const isUpdated = optimizer.step(transformed);
    if (isUpdated) rejectPromise(onUpdate?.(), "onUpdate");
  }
}
