import { ArgumentError } from "@evenkeel/tensor";
import type { Module } from "../../module/module.ts";
import type { Optimizer } from "../../optimizers/optimizer.ts";
import type { Batch, DataSource } from "../batches/batch.ts";
import { disposeBatch } from "../batches/batch.ts";
import { BatchStream } from "../batches/batch-stream.ts";
import { withCleanUp } from "../clean-up.ts";
import { addPlace } from "../located.ts";
import { LateReader } from "../measurements/late-reader.ts";
import type { Measure } from "../measurements/measures.ts";
import type { Reading } from "../measurements/totals.ts";
import { Totals } from "../measurements/totals.ts";
import { TrainingStep } from "../run/training-step.ts";
import type { StepHooks } from "../step-hooks.ts";
import type { LearningRateCurve } from "./learning-rate-curve.ts";
import { CurveRecorder } from "./learning-rate-curve.ts";

/** The default of the smallest and the largest rate. */
export const sweepRange = [1e-7, 10] as const;

/** How to search for a learning rate; the defaults are fastai's. */
export interface FindLearningRateOptions<Labels, Outputs> extends Pick<StepHooks, "transformGradients"> {
  readonly loss: Measure<Labels, Outputs>;
  readonly optimizer: Optimizer;
  /** The rate of the first step; default 1e-7. */
  readonly minLearningRate?: number;
  /** The rate of the last step; default 10. */
  readonly maxLearningRate?: number;
  /** The number of steps, unless the loss diverges; default 100. */
  readonly steps?: number;
  /** The weight of the average of the losses before in each smoothed loss; default 0.98. */
  readonly smoothing?: number;
  /** The multiple of the lowest smoothed loss at which the loss counts as diverged, or null for none; default 4. */
  readonly divergence?: number | null;
  /** Ends the search at once; `findLearningRate` then restores the state and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export type SweepOptions<Inputs, Labels, Outputs> = FindLearningRateOptions<Labels, Outputs> & {
  readonly data: DataSource<Inputs, Labels>;
};

/** What is noted about a step until its loss is read. */
interface SweepNote {
  readonly learningRate: number;
  readonly readings: readonly Reading[];
  readonly examples: number;
}

/** The largest number of steps whose losses are read at once: those after a divergence are in vain. */
const mostStepsAtOnce = 4;

/** Steps with rising learning rates, which change the model. */
export class Sweep<Inputs, Labels, Outputs> {
  private readonly options: SweepOptions<Inputs, Labels, Outputs>;
  private readonly steps: number;
  private readonly trainingStep: TrainingStep<Inputs, Labels, Outputs>;
  private readonly reader = new LateReader<SweepNote>(mostStepsAtOnce);
  private readonly totals: Totals;
  private readonly curve: CurveRecorder;
  private step = 0;
  private hasDiverged = false;

  constructor(model: Module<[Inputs], Outputs>, options: SweepOptions<Inputs, Labels, Outputs>) {
    const { loss, optimizer, transformGradients, steps = 100, smoothing = 0.98, divergence = 4 } = options;
    this.options = options;
    this.steps = steps;
    const schedule = (step: number): number => this.computeRate(step);
    this.trainingStep = new TrainingStep(model, { loss, optimizer, transformGradients, schedule });
    this.totals = new Totals({ loss });
    this.curve = new CurveRecorder({ smoothing, divergence });
  }

  async run(): Promise<LearningRateCurve> {
    const { signal } = this.options;
    const train = async (): Promise<void> => {
      for (let epoch = 0; !this.isOver; epoch++) await this.trainEpoch(epoch);
      await this.reader.readAll(signal);
      this.addRead();
    };
    await withCleanUp(train, async () => {
      this.reader.drop();
      // A later read would reject with the errors of steps that are still queued.
      await this.trainingStep.backend?.idle().catch(() => undefined);
    });
    return this.curve.finish();
  }

  private get isOver(): boolean {
    return this.step >= this.steps || this.hasDiverged;
  }

  /** Grows by the same factor from step to step. */
  private computeRate(step: number): number {
    const { minLearningRate = sweepRange[0], maxLearningRate = sweepRange[1] } = this.options;
    return minLearningRate * (maxLearningRate / minLearningRate) ** (step / Math.max(1, this.steps - 1));
  }

  private async trainEpoch(epoch: number): Promise<void> {
    const { data, signal } = this.options;
    const stream = new BatchStream(data, epoch, { backend: this.trainingStep.backend, signal });
    const train = async (): Promise<void> => {
      for (;;) {
        const batch = this.isOver ? undefined : await stream.next();
        if (batch === undefined) return;
        this.train(batch);
        if (this.reader.isDue) await this.reader.readSome(signal);
        this.addRead();
      }
    };
    await withCleanUp(train, () => stream.close());
    if (stream.taken > 0) return;
    throw new ArgumentError(
      `findLearningRate: data: found no batches in epoch ${epoch}, expected at least one`,
    );
  }

  private train(batch: Batch<Inputs, Labels>): void {
    try {
      const { row, readings, examples } = this.trainingStep.run(batch, this.step);
      this.reader.push({ learningRate: this.computeRate(this.step), readings, examples }, row);
      this.step++;
    } catch (error) {
      throw addPlace(error, `findLearningRate: step ${this.step}`);
    } finally {
      disposeBatch(batch);
    }
  }

  /** Adds the losses that were read, up to the one that diverges. */
  private addRead(): void {
    for (let row = this.reader.take(); row !== undefined && !this.hasDiverged; row = this.reader.take()) {
      const { learningRate, readings, examples } = row.note;
      this.hasDiverged = this.curve.add(learningRate, this.totals.add(readings, row.values, examples).loss);
    }
  }
}
