import { callable, checkValue } from "@evenkeel/tensor/checks";
import type { Callback, RunStart } from "../fit-options.ts";
import type { BatchRecord, EpochRecord } from "../measurements/history.ts";
import type { RunProgress } from "./run-progress.ts";

/** The shortest time between two reports within an epoch, in milliseconds. */
const reportEvery = 100;

/** The batches that are done in this call of `fit`, and the time that they took. */
interface Pace {
  readonly startedAt: number;
  batches: number;
  examples: number;
}

/** Sums over an epoch, each with the number of examples that count in it. */
type Sums = Map<string, { sum: number; examples: number }>;

/**
 * A callback of `fit` that reports the progress of a run, at most ten times a second: the loss and the metrics of the epoch so far as
 * means over examples, and the remaining time. A worker sends the reports to its page, where a `ProgressBar` shows them.
 *
 * Throws ArgumentError for anything but a function.
 *
 * @example
 * await fit(model, {
 *   data: batches(train, { batchSize: 32, shuffled: true, seed: 1 }),
 *   loss: crossEntropy,
 *   optimizer: new SGD(model, { learningRate: 0.1 }),
 *   epochs: 2,
 *   callbacks: [new ProgressReporter(({ epoch, batch, secondsLeft }) => console.log(epoch, batch, secondsLeft))],
 * });
 */
export class ProgressReporter<Name extends string = string> implements Callback<Name> {
  private readonly report: (progress: RunProgress) => void;
  private progress: RunProgress | undefined;
  private pace: Pace = { startedAt: 0, batches: 0, examples: 0 };
  private sums: Sums = new Map();
  private reportedAt = 0;

  constructor(report: (progress: RunProgress) => void) {
    checkValue("ProgressReporter: report", report, callable);
    this.report = report;
  }

  onStart({ history, epochs, batchesPerEpoch }: RunStart<Name>): void {
    this.pace = { startedAt: performance.now(), batches: 0, examples: 0 };
    this.sums = new Map();
    this.reportedAt = 0;
    this.update({
      ...{ at: "start", epoch: history.epochs.length, epochs, values: {} },
      ...{ batch: 0, batches: batchesPerEpoch, examplesPerSecond: undefined, secondsLeft: undefined },
    });
  }

  onBatch({ epoch, batch, loss, metrics, examples }: BatchRecord<Name>): void {
    if (batch === 0) this.sums = new Map();
    this.pace.batches++;
    this.pace.examples += examples;
    for (const [name, value] of Object.entries<number>({ loss, ...metrics })) this.add(name, value, examples);
    if (performance.now() - this.reportedAt < reportEvery) return;
    const means = [...this.sums].map(([name, { sum, examples }]) => [name, sum / examples]);
    this.advance({ at: "batch", epoch: epoch + 1, batch: batch + 1, values: Object.fromEntries(means) });
  }

  onEpoch(
    { epoch, loss, metrics, validation }: EpochRecord<Name>,
    { batches }: { batches: BatchRecord[] },
  ): void {
    const validated = validation && Object.entries<number>({ loss: validation.loss, ...validation.metrics });
    const values = {
      ...{ loss, ...metrics },
      ...Object.fromEntries((validated ?? []).map(([name, value]) => [`val_${name}`, value])),
    };
    const done = (batches.at(-1)?.batch ?? -1) + 1;
    this.advance({ at: "epoch", epoch: epoch + 1, batch: done, batches: done, values });
  }

  onEnd(): void {
    if (this.progress !== undefined) this.update({ ...this.progress, at: "end" });
  }

  onError(): void {
    if (this.progress !== undefined) this.update({ ...this.progress, at: "error" });
  }

  /** A mean of which nothing counts is NaN, and no part of the mean over the epoch. */
  private add(name: string, value: number, examples: number): void {
    const before = this.sums.get(name) ?? { sum: 0, examples: 0 };
    if (!Number.isNaN(value))
      this.sums.set(name, { sum: before.sum + value * examples, examples: before.examples + examples });
  }

  private advance(
    change: Pick<RunProgress, "at" | "epoch" | "batch" | "values"> & Partial<RunProgress>,
  ): void {
    const next = { ...this.progress!, ...change };
    const seconds = (performance.now() - this.pace.startedAt) / 1000;
    const left = countBatchesLeft(next);
    this.update({
      ...next,
      examplesPerSecond: this.pace.examples / seconds,
      secondsLeft: left && (left * seconds) / this.pace.batches,
    });
  }

  private update(progress: RunProgress): void {
    this.progress = progress;
    this.reportedAt = performance.now();
    this.report(progress);
  }
}

const countBatchesLeft = ({ epoch, epochs, batch, batches }: RunProgress): number | undefined =>
  batches && Math.max(0, (epochs - epoch + 1) * batches - batch);
