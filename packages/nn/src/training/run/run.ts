import type { Backend } from "@evenkeel/tensor";
import type { Module } from "../../module/module.ts";
import type { Batch } from "../batches/batch.ts";
import { BatchStream } from "../batches/batch-stream.ts";
import { withCleanUp } from "../clean-up.ts";
import { evaluateAll } from "../evaluate.ts";
import type { Callback, FitOptions, RunControl, RunStart } from "../fit-options.ts";
import { addPlace } from "../located.ts";
import type { BatchRecord, EpochRecord, History } from "../measurements/history.ts";
import { addBatch, addValidation } from "../measurements/history.ts";
import { LateReader } from "../measurements/late-reader.ts";
import { Totals } from "../measurements/totals.ts";
import type { EndedRun, StepNote } from "./ended-run.ts";
import { leaveEndedRun } from "./ended-run.ts";
import { Guard } from "./guard.ts";
import { makeStepListener, tell, tellError } from "./listeners.ts";
import type { Position, RunState } from "./run-progress.ts";
import { readSettings } from "./run-progress.ts";
import type { SavedRuns } from "./saved-runs.ts";
import { Stopwatch } from "./stopwatch.ts";
import { TrainingStep } from "./training-step.ts";
import { Validations } from "./validations.ts";

/** One call of `fit`: its position, and its results so far. */
export class Run<Inputs, Labels, Outputs, Name extends string> implements RunControl {
  private readonly model: Module<[Inputs], Outputs>;
  private readonly options: FitOptions<Inputs, Labels, Outputs, Name>;
  private readonly watch = new Stopwatch();
  private reader: LateReader<StepNote>;
  private totals: Totals<Name>;
  private history: History<Name>;
  private position: Position = { epoch: 0, batch: 0, step: 0 };
  private isStopped = false;
  /** The first step of this call. */
  private firstStep = 0;
  private failedStep: unknown;
  private backend: Backend | undefined;
  private step: TrainingStep<Inputs, Labels, Outputs> | undefined;
  private readonly guard: Guard<Inputs, Labels>;
  private readonly callbacks: readonly Callback<Name>[];
  /** Absent in a run that is not saved. */
  private readonly saved: SavedRuns | undefined;
  private readonly validations: Validations<Name>;

  constructor(
    model: Module<[Inputs], Outputs>,
    options: FitOptions<Inputs, Labels, Outputs, Name>,
    saved: SavedRuns | undefined,
  ) {
    this.model = model;
    this.saved = saved;
    this.options = options;
    this.reader = new LateReader(options.readEvery ?? 16);
    this.totals = new Totals(options);
    const { validation, validateEvery } = options;
    const evaluate = validation && (() => evaluateAll(model, { ...options, data: validation }));
    this.validations = new Validations(validateEvery, evaluate && (() => this.watch.pauseFor(evaluate)));
    this.history = this.validations.makeHistory();
    this.guard = new Guard(model, options.onNonFinite);
    this.callbacks = options.callbacks ?? [];
  }

  stop(): void {
    this.isStopped = true;
  }

  async train(): Promise<History<Name>> {
    const { epochs, onNonFinite } = this.options;
    const { callbacks, guard } = this;
    try {
      await tell(callbacks, "onStart", this.makeStart(), this);
      while (this.position.epoch < epochs && !this.isStopped) await this.trainEpoch();
    } catch (error) {
      if (error !== guard.failure || onNonFinite !== "stop") {
        await this.saveEnded(error);
        await this.drainErrors(error);
        await tellError(callbacks, error, this.history);
        throw error;
      }
    } finally {
      this.leave();
      guard.dispose();
    }
    await this.saved?.restoreBest();
    await tell(callbacks, "onEnd", this.history);
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

  private async trainEpoch(): Promise<void> {
    const { model, options, guard } = this;
    const { data, signal } = options;
    const { epoch, batch: first } = this.position;
    if (first === 0) {
      const { epochs, validations } = this.history;
      this.history = this.validations.makeHistory({ epochs, validations: validations ?? [] });
      this.totals = new Totals(options);
    }
    const onStep = makeStepListener(this.callbacks, this, () => ({
      ...this.position,
      learningRate: options.optimizer.learningRate,
    }));
    const step = new TrainingStep(model, { ...options, gate: guard.gate, onStep });
    this.step = step;
    this.backend = step.backend;
    const stream = new BatchStream(data, epoch, { backend: step.backend, signal, first });
    const train = async (): Promise<boolean> => {
      await stream.skip(first);
      await this.validateWithinEpoch();
      return this.trainBatches(stream, step);
    };
    const isWhole = await withCleanUp(train, () => stream.close());
    stream.checkTaken(first);
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
      this.guard.run(this.position.step, batch, () => this.trainBatch(batch, step));
      await this.finishBatch(step);
    }
  }

  private trainBatch(
    batch: Batch<Inputs, Labels>,
    trainingStep: TrainingStep<Inputs, Labels, Outputs>,
  ): void {
    const { epoch, batch: index, step } = this.position;
    try {
      const { row, readings, examples } = trainingStep.run(batch, step);
      const { learningRate } = this.options.optimizer;
      const hasFlag = this.guard.gate !== undefined;
      this.reader.push({ ...this.position, examples, learningRate, readings, hasFlag }, row);
      this.position = { epoch, batch: index + 1, step: step + 1 };
    } catch (error) {
      this.failedStep = addPlace(error, `fit: epoch ${epoch}, batch ${index} (step ${step})`);
      throw this.failedStep;
    }
  }

  private async finishBatch({ backend }: TrainingStep<Inputs, Labels, Outputs>): Promise<void> {
    const { probe, checkpoint, signal } = this.options;
    const { epoch, step: steps } = this.position;
    if (this.reader.isDue) {
      await this.confirm(this.reader.readSome(signal));
      await this.report();
    }
    await this.validateWithinEpoch();
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
    const { guard } = this;
    for (let row = this.reader.take(); row !== undefined; row = this.reader.take()) {
      const { readings, hasFlag, ...note } = row.note;
      const { weight, ...numbers } = this.totals.add(readings, row.values, note.examples);
      const record: BatchRecord<Name> = { ...note, ...numbers };
      addBatch(this.history, record);
      // Before the callbacks are called, which may throw.
      guard.judge(row, record, weight);
      await tell(this.callbacks, "onBatch", record, this);
      if (guard.failure === undefined) continue;
      // An error of the device, such as a label out of range, explains more than the loss, so it is thrown instead.
      await this.confirm(this.backend?.idle());
      if (this.options.onNonFinite !== "stop" && this.step) await guard.explain(this.model, this.step);
      throw guard.failure;
    }
  }

  /** Takes up the errors of steps that are still queued, which an unrelated later read would reject with otherwise. */
  private async drainErrors(error: unknown): Promise<void> {
    if (error !== this.options.signal?.reason) await this.backend?.idle().catch(() => undefined);
  }

  private async finishEpoch(epoch: number): Promise<void> {
    const { signal } = this.options;
    await this.readAll(signal);
    const { milliseconds } = this.watch;
    const validation = await this.validations.run(this.position.step);
    const record: EpochRecord<Name> = {
      epoch,
      steps: this.position.step,
      ...this.totals.evaluate(),
      milliseconds,
      ...(validation && { validation }),
    };
    this.history.epochs.push(record);
    this.saved?.consider(validation ?? record, record.steps);
    this.position = { epoch: epoch + 1, batch: 0, step: this.position.step };
    this.watch.restart();
    await this.watch.pauseFor(() => tell(this.callbacks, "onEpoch", record, this.history, this));
    await this.save();
  }

  private async validateWithinEpoch(): Promise<void> {
    const { position, history, saved } = this;
    if (!this.validations.isDue(position, history)) return;
    await this.readAll(this.options.signal);
    const { epoch, step: steps } = position;
    const evaluation = (await this.validations.run(steps))!;
    const record = { epoch, steps, ...evaluation };
    addValidation(history, record);
    const isBest = saved?.consider(evaluation, steps);
    await this.watch.pauseFor(() => tell(this.callbacks, "onValidation", record, history, this));
    if (isBest) await this.save();
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
        if (reason !== this.guard.failure) throw reason;
      });
    }
    // The error of the step is thrown, not that of saving.
    else if (error === this.failedStep) await this.save().catch(() => undefined);
  }

  private async save(): Promise<void> {
    const { saved } = this;
    if (saved === undefined) return;
    await this.readAll();
    await this.watch.pauseFor(() =>
      saved.save({
        history: this.history,
        position: this.position,
        totals: this.totals.state,
        milliseconds: this.watch.milliseconds,
      }),
    );
  }

  /** Continues a run, from a checkpoint or with what an earlier run left in memory. */
  adopt(begun: RunState | EndedRun): void {
    if ("reader" in begun) this.reader = begun.reader;
    const { position, totals, milliseconds, best } = begun;
    const own = begun.history as History<Name>;
    const { epochs, batches, validations = [] } = own;
    this.history = this.validations.makeHistory({
      ...{ epochs: [...epochs], batches: [...batches], validations: [...validations] },
    });
    this.validations.adopt(own, position.step);
    if (this.saved) this.saved.best = best;
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
      failure: this.guard.failure ?? unread ?? optimizer.failure,
      slots: optimizer.slotsIdentity,
      ...(this.saved?.best && { best: this.saved.best }),
      totals: this.totals.state,
    });
  }
}
