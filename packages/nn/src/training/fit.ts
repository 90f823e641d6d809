import { valueAndGrad, wholeStep } from "@evenkeel/autodiff";
import type { Backend, Tensor } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";
import { naming } from "../module/failure.ts";
import type { Module } from "../module/module.ts";
import type { Batch } from "./batch.ts";
import { batchesOf, disposeBatch, loadBatch } from "./batch.ts";
import { evaluate } from "./evaluate.ts";
import type { FitOptions, RunControl } from "./fit-options.ts";
import type { BatchRecord, EpochRecord, History } from "./history.ts";
import { averageOf, namedValues } from "./history.ts";
import { LateReader } from "./late-reader.ts";
import { measureMetrics, rowOf } from "./measures.ts";
import { checkOwner, claimRun, restoreRun, saveRun } from "./run-checkpoint.ts";
import { Stopwatch } from "./stopwatch.ts";

/**
 * Trains a model: for every batch one forward and backward pass and one update. It owns the memory of each step, batches
 * included, and reads loss and metrics late, so the device is never waited for. A run that is resumed has the same result
 * as one that was never interrupted, to the bit. A step that fails has changed nothing: the steps before it are saved, where
 * there is a checkpoint, and can be resumed.
 *
 * @returns what became known of every batch and epoch
 * @throws ArgumentError for an option out of range or an epoch without batches; StateDictError or DataError when the checkpoint to resume is of another
 * model or run, or damaged; StorageError when another run has the checkpoint; the signal's reason when it is aborted
 * @example
 * const history = await fit(model, {
 *   data: batches(train, { batchSize: 128, shuffleSeed: 1 }),
 *   loss: crossEntropy,
 *   optimizer: new SGD(model, { learningRate: 0.1, momentum: 0.9 }),
 *   epochs: 3,
 *   metrics: { accuracy },
 * });
 */
export async function fit<Inputs, Labels, Outputs>(
  model: Module<[Inputs], Outputs>,
  options: FitOptions<Inputs, Labels, Outputs>,
): Promise<History> {
  checkOptions(options);
  options.optimizer.checkModel(model);
  const run = new Run(model, options);
  const release = await claimRun(options.checkpoint);
  try {
    await (options.resume ? run.resume() : checkOwner(options.checkpoint));
    return await run.train();
  } finally {
    await release();
  }
}

type Note = Omit<BatchRecord, "loss" | "metrics">;

/** One call of `fit`: where it is, and what is known so far. */
class Run<Inputs, Labels, Outputs> implements RunControl {
  private readonly model: Module<[Inputs], Outputs>;
  private readonly options: FitOptions<Inputs, Labels, Outputs>;
  private readonly metricNames: readonly string[];
  private readonly readEvery: number;
  private readonly computeStep: (inputs: Inputs, labels: Labels) => [Tensor, Tensor[], Tensor[]];
  private readonly reader = new LateReader<Note>();
  private readonly watch = new Stopwatch();
  private history: History = { epochs: [], batches: [] };
  /** Where the next batch stands. */
  private position: { epoch: number; batch: number; step: number } = { epoch: 0, batch: 0, step: 0 };
  /** Where this call began: what it has not changed it does not save. */
  private firstStep = 0;
  private reading: ReturnType<LateReader<Note>["read"]> = Promise.resolve([]);
  private isStopped = false;
  private backend: Backend | undefined;

  constructor(model: Module<[Inputs], Outputs>, options: FitOptions<Inputs, Labels, Outputs>) {
    this.model = model;
    this.options = options;
    this.metricNames = Object.keys(options.metrics ?? {});
    this.readEvery = options.readEvery ?? 16;
    this.computeStep = valueAndGrad(model, (inputs: Inputs, labels: Labels): [Tensor, Tensor[]] => {
      const outputs = naming(model, () => model.forward(inputs));
      return [options.loss(outputs, labels), measureMetrics(outputs, labels, options)];
    });
  }

  stop(): void {
    this.isStopped = true;
  }

  async train(): Promise<History> {
    try {
      while (this.position.epoch < this.options.epochs && !this.isStopped) await this.trainEpoch();
    } finally {
      this.reader.dispose();
    }
    return this.history;
  }

  private async trainEpoch(): Promise<void> {
    const { epoch } = this.position;
    const toSkip = this.position.batch;
    let found = 0;
    this.model.train();
    for await (const batch of batchesOf(this.options.data, epoch)) {
      try {
        if (found++ < toSkip) continue;
        await this.stopIfAborted();
        await this.trainBatch(batch);
      } finally {
        disposeBatch(batch);
      }
      await this.afterBatch();
      if (this.isStopped) break;
    }
    // An iterator that was used up by the epoch before, or fewer examples than a batch takes.
    if (found === 0) {
      throw new ArgumentError(`data: found no batches in epoch ${epoch}, expected at least one`);
    }
    if (found < toSkip) {
      throw new ArgumentError(
        `data: found ${found} batches in epoch ${epoch}, expected at least the ${toSkip} that the resumed run has done`,
      );
    }
    await this.readAll();
    if (!this.isStopped) await this.finishEpoch(epoch);
  }

  private async trainBatch(batch: Batch<Inputs, Labels>): Promise<void> {
    try {
      this.step(batch);
    } catch (error) {
      // It has changed nothing: the steps before it can be resumed, if there is a place to save them.
      if (this.position.step > this.firstStep) await this.save().catch(() => undefined);
      throw error;
    }
  }

  private step(batch: Batch<Inputs, Labels>): void {
    const { optimizer, schedule } = this.options;
    const { epoch, batch: index, step } = this.position;
    if (schedule !== undefined) optimizer.learningRate = schedule(step);
    const { row, examples } = wholeStep(() => {
      const { inputs, labels, examples } = loadBatch(batch);
      const [loss, gradients, metrics] = this.computeStep(inputs, labels);
      const row = rowOf([loss, ...metrics]);
      optimizer.step(gradients);
      return { row, examples };
    });
    this.backend = row[0]!.backend;
    this.reader.push({ epoch, batch: index, step, examples, learningRate: optimizer.learningRate }, row);
    this.position = { epoch, batch: index + 1, step: step + 1 };
  }

  private async afterBatch(): Promise<void> {
    const { probe, checkpoint } = this.options;
    const { epoch, step: steps } = this.position;
    if (this.reader.size >= this.readEvery) await this.readSome();
    if (probe !== undefined && steps % probe.every === 0) {
      await this.confirm(this.backend!.idle());
      await this.watch.pauseFor(() => probe.run({ steps, epoch }, this));
    }
    if (checkpoint?.everySteps !== undefined && steps % checkpoint.everySteps === 0) await this.save();
  }

  /** Starts a read and reports the one before: at most two are under way, so the host cannot run far ahead. */
  private async readSome(): Promise<void> {
    const earlier = this.reading;
    this.reading = this.reader.read();
    // A failure is thrown where the read is awaited.
    this.reading.catch(() => undefined);
    await this.report(await this.confirm(earlier));
    await nextTurn();
  }

  /** What the device says of earlier steps: where one of their launches has failed, the run must be resumed. */
  private async confirm<Value>(answer: Promise<Value>): Promise<Value> {
    try {
      return await answer;
    } catch (error) {
      this.options.optimizer.invalidate(error);
      throw error;
    }
  }

  private async readAll(): Promise<void> {
    await this.readSome();
    await this.readSome();
  }

  private async report(rows: readonly { note: Note; values: number[] }[]): Promise<void> {
    for (const { note, values } of rows) {
      const record: BatchRecord = { ...note, ...namedValues(values, this.metricNames) };
      this.history.batches.push(record);
      for (const callback of this.options.callbacks ?? []) await callback.onBatch?.(record, this);
    }
  }

  private async finishEpoch(epoch: number): Promise<void> {
    const { milliseconds } = this.watch;
    const { validation, callbacks = [] } = this.options;
    const batches = this.history.batches.filter((record) => record.epoch === epoch);
    const record: EpochRecord = {
      epoch,
      steps: this.position.step,
      ...averageOf(batches, this.metricNames),
      milliseconds,
      ...(validation && {
        // An aborted run still finishes its validation: the epoch is then complete.
        validation: await evaluate(this.model, { ...this.options, data: validation, signal: undefined }),
      }),
    };
    this.history.epochs.push(record);
    this.position = { epoch: epoch + 1, batch: 0, step: this.position.step };
    for (const callback of callbacks) await callback.onEpoch?.(record, this.history, this);
    this.watch.restart();
    await this.save();
  }

  private async stopIfAborted(): Promise<void> {
    const { signal } = this.options;
    if (!signal?.aborted) return;
    await this.readAll();
    await this.save();
    signal.throwIfAborted();
  }

  private async save(): Promise<void> {
    const { checkpoint } = this.options;
    if (checkpoint === undefined) return;
    await this.readAll();
    await this.watch.pauseFor(() =>
      saveRun(checkpoint, {
        model: this.model,
        optimizer: this.options.optimizer,
        history: this.history,
        position: this.position,
        milliseconds: this.watch.milliseconds,
      }),
    );
  }

  async resume(): Promise<void> {
    const { checkpoint, optimizer, epochs } = this.options;
    const restored = await restoreRun(checkpoint!, { model: this.model, optimizer, epochs });
    if (restored === undefined) return;
    this.history = restored.history;
    this.position = restored.position;
    this.firstStep = this.position.step;
    this.watch.restart(restored.milliseconds);
  }
}

/** Lets timers, input and abort signals have their turn. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve);
  });
}

function checkOptions(
  options: Pick<FitOptions<never, never, never>, "epochs" | "readEvery" | "probe" | "checkpoint" | "resume">,
): void {
  const { epochs, readEvery = 1, probe, checkpoint, resume } = options;
  if (!Number.isInteger(epochs) || epochs < 0) {
    throw new ArgumentError(`epochs: found ${epochs}, expected a non-negative integer`);
  }
  const counts = {
    readEvery,
    "probe.every": probe?.every ?? 1,
    "checkpoint.everySteps": checkpoint?.everySteps ?? 1,
  };
  for (const [name, count] of Object.entries(counts)) {
    if (!Number.isInteger(count) || count < 1) {
      throw new ArgumentError(`${name}: found ${count}, expected a positive integer`);
    }
  }
  if (resume && checkpoint === undefined) {
    throw new ArgumentError("resume: found no checkpoint, expected `checkpoint: { store }` to resume from");
  }
}
