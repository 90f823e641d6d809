import type { Backend } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";
import type { Module } from "../../module/module.ts";
import type { Batch } from "../batches/batch.ts";
import { disposeBatch } from "../batches/batch.ts";
import { BatchStream } from "../batches/batch-stream.ts";
import { withCleanUp } from "../clean-up.ts";
import { evaluateAll } from "../evaluate.ts";
import { FiniteGate } from "../finite/finite-gate.ts";
import type { NonFiniteError } from "../finite/non-finite-error.ts";
import { NonFiniteGradientError, NonFiniteLossError } from "../finite/non-finite-error.ts";
import { RecentSteps } from "../finite/recent-steps.ts";
import type { FitOptions, RunControl, RunStart } from "../fit-options.ts";
import { addPlace } from "../located.ts";
import type { BatchRecord, EpochRecord, History } from "../measurements/history.ts";
import { LateReader } from "../measurements/late-reader.ts";
import { Totals } from "../measurements/totals.ts";
import type { StepNote } from "./ended-run.ts";
import { findEndedRun, leaveEndedRun } from "./ended-run.ts";
import type { Position, RunState } from "./run-progress.ts";
import { readSettings } from "./run-progress.ts";
import { Stopwatch } from "./stopwatch.ts";
import { TrainingStep } from "./training-step.ts";

/** The format of checkpoint files is loaded only by runs that have a checkpoint. */
const loadCheckpointCode = () => import("./run-checkpoint.ts");

/** One call of `fit`: its position, and its results so far. */
export class Run<Inputs, Labels, Outputs, Name extends string> implements RunControl {
  private readonly model: Module<[Inputs], Outputs>;
  private readonly options: FitOptions<Inputs, Labels, Outputs, Name>;
  private readonly watch = new Stopwatch();
  private reader: LateReader<StepNote>;
  private totals: Totals<Name>;
  private history: History<Name> = { epochs: [], batches: [] };
  private position: Position = { epoch: 0, batch: 0, step: 0 };
  private isStopped = false;
  /** The first step of this call. */
  private firstStep = 0;
  private failedStep: unknown;
  private divergence: NonFiniteError | undefined;
  private backend: Backend | undefined;
  /** Absent in a run that continues with losses that are not finite. */
  private readonly gate: FiniteGate | undefined;
  private readonly recent: RecentSteps<Inputs, Labels>;
  private step: TrainingStep<Inputs, Labels, Outputs> | undefined;

  constructor(model: Module<[Inputs], Outputs>, options: FitOptions<Inputs, Labels, Outputs, Name>) {
    this.model = model;
    this.options = options;
    this.reader = new LateReader(options.readEvery ?? 16);
    this.totals = new Totals(options);
    this.gate = options.onNonFinite === "continue" ? undefined : new FiniteGate();
    this.recent = new RecentSteps(model);
  }

  stop(): void {
    this.isStopped = true;
  }

  async train(): Promise<History<Name>> {
    const { callbacks = [], epochs, onNonFinite } = this.options;
    try {
      for (const callback of callbacks) await callback.onStart?.(this.makeStart(), this);
      while (this.position.epoch < epochs && !this.isStopped) await this.trainEpoch();
    } catch (error) {
      if (error !== this.divergence || onNonFinite !== "stop") {
        await this.saveEnded(error);
        await this.drainErrors(error);
        await this.reportError(error);
        throw error;
      }
    } finally {
      this.leave();
      this.recent.dispose();
      this.gate?.dispose();
    }
    for (const callback of callbacks) await callback.onEnd?.(this.history);
    return this.history;
  }

  private makeStart(): RunStart<Name> {
    const { optimizer, epochs, data, metrics = {}, validation } = this.options;
    return {
      model: this.model,
      optimizer,
      history: this.history,
      epochs,
      batchesPerEpoch: (data as { readonly batchesPerEpoch?: number }).batchesPerEpoch,
      metrics: Object.keys(metrics) as Name[],
      isValidated: validation !== undefined,
    };
  }

  /** The error of the run is thrown, not one of a callback that is told of it. */
  private async reportError(error: unknown): Promise<void> {
    for (const callback of this.options.callbacks ?? []) {
      try {
        await callback.onError?.(error, this.history);
      } catch {
        // `fit` rejects with the first error.
      }
    }
  }

  private async trainEpoch(): Promise<void> {
    const { data, signal } = this.options;
    const { epoch, batch: first } = this.position;
    if (first === 0) this.beginEpoch();
    const step = new TrainingStep(this.model, { ...this.options, gate: this.gate });
    this.step = step;
    this.backend = step.backend;
    const stream = new BatchStream(data, epoch, { backend: step.backend, signal, first });
    const train = async (): Promise<boolean> => {
      await stream.skip(first);
      return this.trainBatches(stream, step);
    };
    const isWhole = await withCleanUp(train, () => stream.close());
    // The epoch before has used up the iterator, or there are fewer examples than one batch needs.
    if (stream.taken === 0) {
      throw new ArgumentError(`fit: data: found no batches in epoch ${epoch}, expected at least one`);
    }
    if (stream.taken < first) {
      throw new ArgumentError(
        `fit: data: found ${stream.taken} batches in epoch ${epoch}, expected at least the ${first} that the resumed run has done`,
      );
    }
    if (isWhole) await this.finishEpoch(epoch);
    else await this.readAll(signal);
  }

  /** Returns whether the epoch is complete. */
  private async trainBatches(
    stream: BatchStream<Inputs, Labels>,
    step: TrainingStep<Inputs, Labels, Outputs>,
  ): Promise<boolean> {
    for (;;) {
      if (this.isStopped) return stream.isAtEnd();
      const batch = await stream.next();
      if (batch === undefined) return true;
      if (this.gate !== undefined) this.recent.add(this.position.step, batch);
      try {
        this.trainBatch(batch, step);
      } finally {
        if (this.gate === undefined) disposeBatch(batch);
      }
      await this.finishBatch(step);
    }
  }

  private trainBatch(
    batch: Batch<Inputs, Labels>,
    trainingStep: TrainingStep<Inputs, Labels, Outputs>,
  ): void {
    const { epoch, batch: index, step } = this.position;
    try {
      const { row, readings, examples, isUpdated } = trainingStep.run(batch, step);
      const { learningRate } = this.options.optimizer;
      const hasFlag = this.gate !== undefined;
      if (hasFlag && isUpdated) this.recent.noteUpdate();
      this.reader.push({ ...this.position, examples, learningRate, readings, hasFlag }, row);
    } catch (error) {
      this.failedStep = addPlace(error, `fit: epoch ${epoch}, batch ${index} (step ${step})`);
      throw this.failedStep;
    }
    this.position = { epoch, batch: index + 1, step: step + 1 };
  }

  private async finishBatch({ backend }: TrainingStep<Inputs, Labels, Outputs>): Promise<void> {
    const { probe, checkpoint, signal } = this.options;
    const { epoch, step: steps } = this.position;
    if (this.reader.isDue) {
      await this.confirm(this.reader.readSome(signal));
      await this.report();
    }
    if (probe !== undefined && steps % probe.every === 0) {
      await this.confirm(backend?.idle());
      await this.watch.pauseFor(() => probe.run({ steps, epoch }, this));
    }
    if (checkpoint?.everySteps !== undefined && steps % checkpoint.everySteps === 0) await this.save();
  }

  private async readAll(signal?: AbortSignal): Promise<void> {
    await this.confirm(this.reader.readAll(signal));
    await this.report();
  }

  /** Waits for the device. Where a launch of an earlier step failed, the state of the optimizer is invalid. */
  private async confirm(answer: Promise<void> | undefined): Promise<void> {
    try {
      await answer;
    } catch (error) {
      const { signal, optimizer } = this.options;
      if (!signal?.aborted || error !== signal.reason) optimizer.invalidate(error);
      throw error;
    }
  }

  private async report(): Promise<void> {
    const { callbacks = [] } = this.options;
    for (let row = this.reader.take(); row !== undefined; row = this.reader.take()) {
      const { readings, hasFlag, ...note } = row.note;
      const { weight, ...numbers } = this.totals.add(readings, row.values, note.examples);
      const record: BatchRecord<Name> = { ...note, ...numbers };
      this.history.batches.push(record);
      // Set before the callbacks are called, which may throw.
      this.divergence ??= this.judge(record, weight, !hasFlag || row.values[row.values.length - 1] !== 0);
      for (const callback of callbacks) await callback.onBatch?.(record, this);
      if (this.divergence !== undefined) throw await this.explain(this.divergence, note.step);
      this.recent.forgetUpTo(note.step);
    }
  }

  /** The error of a step that is not finite, unless the run continues with such steps. */
  private judge(record: BatchRecord<Name>, weight: number, isSound: boolean): NonFiniteError | undefined {
    if (this.gate === undefined) return undefined;
    // The mean of a batch of which nothing counts is NaN too, which does no harm.
    if (!Number.isFinite(record.loss) && weight !== 0) return new NonFiniteLossError(record);
    return isSound ? undefined : new NonFiniteGradientError(record);
  }

  /** Adds to the error where the first value that is not finite came from, by repeating the step. */
  private async explain(error: NonFiniteError, step: number): Promise<Error> {
    // An error of the device, such as a label out of range, explains more than the loss, so it is thrown instead.
    await this.confirm(this.backend?.idle());
    if (this.options.onNonFinite === "stop") return error;
    try {
      const { addOrigin } = await import("./repeat-step.ts");
      await addOrigin(error, this.model, this.step!, this.recent.listUpTo(step));
    } catch {
      // The error of the run is thrown, not that of the search for its origin.
    }
    return error;
  }

  /** Takes up the errors of steps that are still queued, which an unrelated later read would reject with otherwise. */
  private async drainErrors(error: unknown): Promise<void> {
    if (error !== this.options.signal?.reason) await this.backend?.idle().catch(() => undefined);
  }

  private beginEpoch(): void {
    this.history = { epochs: this.history.epochs, batches: [] };
    this.totals = new Totals(this.options);
  }

  private async finishEpoch(epoch: number): Promise<void> {
    const { signal, validation, callbacks = [] } = this.options;
    await this.readAll(signal);
    const { milliseconds } = this.watch;
    const record: EpochRecord<Name> = {
      epoch,
      steps: this.position.step,
      ...this.totals.evaluate(),
      milliseconds,
      ...(validation && {
        validation: await this.watch.pauseFor(() =>
          evaluateAll(this.model, { ...this.options, data: validation }),
        ),
      }),
    };
    this.history.epochs.push(record);
    this.position = { epoch: epoch + 1, batch: 0, step: this.position.step };
    this.watch.restart();
    await this.watch.pauseFor(async () => {
      for (const callback of callbacks) await callback.onEpoch?.(record, this.history, this);
    });
    await this.save();
  }

  /**
   * Saves a run that was aborted, to continue with its next batch, or whose step failed, to repeat that step. Nothing is saved
   * where this call has done no step, or where the losses that are read before saving show that training has diverged.
   */
  private async saveEnded(error: unknown): Promise<void> {
    const { signal } = this.options;
    if (this.position.step === this.firstStep) return;
    if (signal?.aborted && error === signal.reason) {
      await this.save().catch((reason) => {
        if (reason !== this.divergence) throw reason;
      });
    }
    // The error of the step is thrown, not that of saving.
    else if (error === this.failedStep) await this.save().catch(() => undefined);
  }

  private async save(): Promise<void> {
    const { checkpoint } = this.options;
    if (checkpoint === undefined) return;
    await this.readAll();
    const { saveRun } = await loadCheckpointCode();
    await this.watch.pauseFor(() =>
      saveRun(checkpoint, {
        model: this.model,
        optimizer: this.options.optimizer,
        metrics: this.options.metrics,
        data: this.options.data,
        history: this.history,
        position: this.position,
        totals: this.totals.state,
        milliseconds: this.watch.milliseconds,
      }),
    );
  }

  /** Finds where to begin, and makes sure that no other run's checkpoint is overwritten. */
  async prepare(): Promise<void> {
    const { checkpoint, resumed } = this.options;
    if (resumed) await this.resume();
    else if (checkpoint !== undefined) await (await loadCheckpointCode()).checkOwner(checkpoint);
  }

  /** Continues from a checkpoint, or from what an earlier run left in memory. */
  private async resume(): Promise<void> {
    const { checkpoint, optimizer, metrics, data, epochs } = this.options;
    if (checkpoint !== undefined) {
      const { restoreRun } = await loadCheckpointCode();
      const saved = await restoreRun(checkpoint, { model: this.model, optimizer, metrics, data, epochs });
      if (saved !== undefined) return this.adopt(saved);
    }
    const ended = await findEndedRun(this.model, optimizer, readSettings(checkpoint, this.options), epochs);
    if (ended !== undefined) {
      this.reader = ended.reader;
      this.adopt(ended);
    } else if (checkpoint === undefined) {
      const expected = "`checkpoint: { store }`, or a run of this model and optimizer to continue from";
      throw new ArgumentError(`fit: resumed: found no checkpoint, expected ${expected}`);
    }
  }

  private adopt({ history, position, totals, milliseconds }: RunState): void {
    const { epochs, batches } = history as History<Name>;
    this.history = { epochs: [...epochs], batches: [...batches] };
    this.position = position;
    this.firstStep = position.step;
    this.totals.state = totals;
    this.watch.restart(milliseconds);
  }

  private leave(): void {
    const { model, history, position, reader } = this;
    const unread = reader.leave();
    const { milliseconds } = this.watch;
    const { optimizer } = this.options;
    leaveEndedRun(optimizer, {
      settings: readSettings(this.options.checkpoint, this.options),
      model,
      history,
      position,
      reader,
      milliseconds,
      failure: this.divergence ?? unread ?? optimizer.failure,
      slots: optimizer.slotsIdentity,
      totals: this.totals.state,
    });
  }
}
