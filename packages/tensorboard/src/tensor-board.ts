import type {
  BatchRecord,
  Callback,
  EpochRecord,
  Evaluation,
  History,
  LogStore,
  RunStart,
  StepStart,
  ValidationRecord,
} from "@evenkeel/nn";
import { aLogStore, NonFiniteError } from "@evenkeel/nn";
import { checkOptions, nonNegative, positiveInteger } from "@evenkeel/tensor/checks";
import type { Hparams } from "./hparams.ts";
import { LateHistograms } from "./late-histograms.ts";
import { hparamsRule, SummaryWriter } from "./summary-writer.ts";

export interface TensorBoardOptions {
  /** The folder of the run; TensorBoard compares the runs whose folders lie in one. */
  readonly store: LogStore;
  /** Writes the loss, the metrics and the learning rate of every nth step too. */
  readonly everySteps?: number;
  /** Writes the histograms of the trainable parameters and of their gradients in every nth step. */
  readonly histogramsEverySteps?: number;
  /** The settings of the run, by which TensorBoard compares runs. */
  readonly hparams?: Hparams;
  /** The seconds after which the next event is written together with those before it; default 5. */
  readonly flushSeconds?: number;
}

/** Parts of a run, which TensorBoard shows as curves in one chart. */
const training = "train";
const validation = "validation";

/**
 * A callback of `fit` that writes event files for TensorBoard: loss and metrics of every epoch, of training as the run `train` and of
 * validation, within epochs too, as the run `validation` below the folder, over the number of updates. With `everySteps`, those of
 * single batches are `batch/loss` and so on; histograms are computed on the device and read later, so nothing waits for them.
 *
 * A resumed run continues in new files, which void the events of steps that are done again. A run that ends is marked as successful,
 * and one whose loss is not finite as failed; one that is interrupted is not marked, because it may be resumed.
 *
 * Throws ArgumentError for wrong options; `fit` rejects with StorageError where events cannot be written.
 *
 * @example
 * await fit(model, {
 *   data: batches(train, { batchSize: 32, shuffled: true, seed: 1 }),
 *   validation: test,
 *   loss: crossEntropy,
 *   metrics: { accuracy },
 *   optimizer: new SGD(model, { learningRate: 0.1 }),
 *   epochs: 2,
 *   callbacks: [new TensorBoard({ store: new MemoryLogStore(), everySteps: 1, hparams: { learningRate: 0.1 } })],
 * });
 */
export class TensorBoard<Name extends string = string> implements Callback<Name> {
  private readonly options: TensorBoardOptions;
  private readonly writers = new Map<string, SummaryWriter>();
  private histograms = new LateHistograms();
  private model: RunStart["model"] | undefined;
  private purgeStep: number | undefined;
  /** The steps before the last validation that is written. */
  private validatedAt: number | undefined;

  constructor(options: TensorBoardOptions) {
    checkOptions<TensorBoardOptions>(
      "TensorBoard",
      options,
      {
        store: aLogStore,
        everySteps: positiveInteger,
        histogramsEverySteps: positiveInteger,
        hparams: hparamsRule,
        flushSeconds: nonNegative,
      },
      ["store"],
    );
    this.options = options;
  }

  async onStart({ model, history, metrics, isValidated }: RunStart<Name>): Promise<void> {
    this.model = model;
    this.histograms = new LateHistograms();
    this.writers.clear();
    this.validatedAt = undefined;
    const done = Math.max(history.epochs.at(-1)?.steps ?? 0, (history.batches.at(-1)?.step ?? -1) + 1);
    // Events are at the number of updates after their step.
    this.purgeStep = done === 0 ? undefined : done + 1;
    const { hparams } = this.options;
    if (hparams === undefined) return;
    const groups = isValidated ? [validation, training] : [training];
    const compared = groups.flatMap((group) => ["loss", ...metrics].map((tag) => ({ tag, group })));
    await this.getWriter("").addHparams(hparams, compared);
  }

  onStep({ gradients, step }: StepStart): void {
    const { histogramsEverySteps: every } = this.options;
    if (every !== undefined && step % every === 0) this.histograms.compute(this.model!, gradients, step);
  }

  async onBatch({ step, loss, metrics, learningRate }: BatchRecord<Name>): Promise<void> {
    await this.writeHistograms(step);
    const { everySteps } = this.options;
    if (everySteps === undefined || step % everySteps !== 0) return;
    const values: { readonly [name: string]: number } = { loss, ...metrics, learning_rate: learningRate };
    for (const [name, value] of Object.entries(values)) {
      await this.getWriter(training).addScalar(`batch/${name}`, value, step + 1);
    }
  }

  async onValidation({ steps, ...evaluation }: ValidationRecord<Name>): Promise<void> {
    this.validatedAt = steps;
    await this.writeEvaluation(validation, evaluation, steps);
  }

  async onEpoch(record: EpochRecord<Name>, history: History<Name>): Promise<void> {
    await this.writeEvaluation(training, record, record.steps);
    const rate = history.batches.at(-1)?.learningRate;
    if (rate !== undefined) await this.getWriter(training).addScalar("learning_rate", rate, record.steps);
    if (record.validation !== undefined && record.steps !== this.validatedAt)
      await this.writeEvaluation(validation, record.validation, record.steps);
    await this.flush();
  }

  async onEnd(): Promise<void> {
    await this.finish("success");
  }

  async onError(error: unknown): Promise<void> {
    await this.finish(error instanceof NonFiniteError ? "failure" : undefined);
  }

  private async writeEvaluation(run: string, evaluation: Evaluation, step: number): Promise<void> {
    const { loss, metrics, details = {} } = evaluation;
    const writer = this.getWriter(run);
    for (const [name, value] of Object.entries({ loss, ...metrics }))
      await writer.addScalar(name, value, step);
    for (const [name, values] of Object.entries(details)) {
      for (const [index, value] of values!.entries()) {
        if (typeof value === "number") await writer.addScalar(`${name}/${index}`, value, step);
      }
    }
  }

  private async writeHistograms(upTo: number): Promise<void> {
    for await (const { tag, step, histogram } of this.histograms.take(upTo)) {
      if (histogram !== undefined) await this.getWriter(training).addHistogram(tag, histogram, step + 1);
    }
  }

  private async finish(status: "success" | "failure" | undefined): Promise<void> {
    if (status !== undefined) await this.writers.get("")?.endHparams(status);
    await this.flush();
    this.writers.clear();
    this.model = undefined;
  }

  private async flush(): Promise<void> {
    for (const writer of this.writers.values()) await writer.flush();
  }

  private getWriter(run: string): SummaryWriter {
    let writer = this.writers.get(run);
    if (writer === undefined) {
      const { store, flushSeconds } = this.options;
      writer = new SummaryWriter({ store, run: run || undefined, purgeStep: this.purgeStep, flushSeconds });
      this.writers.set(run, writer);
    }
    return writer;
  }
}
