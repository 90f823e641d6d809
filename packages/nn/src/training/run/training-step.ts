import { valueAndGrad } from "@evenkeel/autodiff";
import type { Backend, Tensor } from "@evenkeel/tensor";
import { rejectPromise, wholeStep } from "@evenkeel/tensor";
import { withNames } from "../../module/failure.ts";
import { listModules, runInMode } from "../../module/modes.ts";
import type { AnyModule, Module } from "../../module/module.ts";
import type { Optimizer } from "../../optimizers/optimizer.ts";
import type { Schedule } from "../../schedules/schedule.ts";
import type { Batch } from "../batches/batch.ts";
import { findBackend, loadBatch } from "../batches/batch.ts";
import type { FiniteGate } from "../finite/finite-gate.ts";
import type { MeasuredBatch } from "../measurements/measure-batch.ts";
import { measureBatch } from "../measurements/measure-batch.ts";
import type { Measures } from "../measurements/measures.ts";
import type { StepHooks } from "../step-hooks.ts";

/** What a step leaves: values to read later. Behind a gate, the last one is its flag. */
export type StepResult = Pick<MeasuredBatch, "row" | "readings"> & {
  readonly examples: number;
};

/** What a step does. */
export type StepOptions<Labels, Outputs> = Measures<Labels, Outputs> &
  StepHooks & {
    readonly optimizer: Optimizer;
    readonly schedule?: Schedule;
    readonly gate?: FiniteGate;
    /** Called before the update. */
    onStep?(loss: Tensor, gradients: readonly Tensor[]): void;
  };

/** One forward and backward pass and one update, which happen as a whole or not at all. */
export class TrainingStep<Inputs, Labels, Outputs> {
  readonly backend: Backend | undefined;
  /** The loss, the gradients and the values to read later, of a batch that is loaded. */
  readonly compute: (
    inputs: Inputs,
    labels: Labels,
    examples: number,
  ) => [loss: Tensor, gradients: Tensor[], measured: MeasuredBatch];
  private readonly modules: readonly AnyModule[];
  private readonly options: StepOptions<Labels, Outputs>;

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
        const measured = measureBatch(outputs, labels, options, examples);
        return [measured.loss, measured];
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
    const { optimizer, schedule, gate } = this.options;
    const { learningRate } = optimizer;
    try {
      if (schedule !== undefined) optimizer.learningRate = schedule(step);
      return wholeStep(() => {
        const { inputs, labels, examples } = loadBatch(batch, this.backend);
        const [loss, gradients, measured] = this.compute(inputs, labels, examples);
        const { row, readings } = measured;
        gate?.begin(measured);
        this.update(loss, gradients);
        const flags = gate === undefined ? [] : [gate.end()];
        return select(loss, { row: [...row, ...flags], readings, examples });
      });
    } catch (error) {
      optimizer.learningRate = learningRate;
      throw error;
    }
  }

  private update(loss: Tensor, gradients: readonly Tensor[]): void {
    const { optimizer, transformGradients, onStep, onUpdate, gate } = this.options;
    const transformed = transformGradients === undefined ? gradients : transformGradients(gradients);
    rejectPromise(transformed, "transformGradients");
    onStep?.(loss, transformed ?? gradients);
    if (transformed === undefined) return;
    if (optimizer.step(transformed, gate)) rejectPromise(onUpdate?.(), "onUpdate");
    else gate?.watch(transformed);
  }
}
