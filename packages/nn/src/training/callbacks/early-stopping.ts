import { ArgumentError } from "@evenkeel/tensor";
import {
  callable,
  checkOptions,
  describeValue,
  nonNegative,
  nonNegativeInteger,
  oneOf,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import type { AnyModule } from "../../module/module.ts";
import { readStateArrays } from "../../module/state-dict.ts";
import type { Callback, RunControl, RunStart } from "../fit-options.ts";
import type { EpochRecord, History } from "../measurements/history.ts";

export interface EarlyStoppingOptions<Name extends string = string> {
  /** The number that should improve. Default: the loss of the validation, or of training where there is none. */
  monitor?(record: EpochRecord<Name>): number;
  /** Whether smaller or larger is better; default `min`. */
  readonly mode?: "min" | "max";
  /** The number of epochs without improvement after which training ends; default 0, which, as in Keras, counts as 1. */
  readonly patience?: number;
  /** What an improvement must exceed; default 0. */
  readonly minDelta?: number;
  /** Whether the model has the weights and buffers of its best epoch when training ends without an error; default true. */
  readonly restoreBest?: boolean;
}

/**
 * A callback of `fit` that ends training when a number has stopped improving. NaN is no improvement. A resumed run counts the epochs
 * before it too; where the best of them came before, the model keeps its last weights, because those of the best are gone. A run that may be
 * resumed restores them from its checkpoint instead: `checkpoint: { store, best: { restored: true } }`.
 *
 * Throws ArgumentError for options out of range.
 *
 * @example
 * await fit(model, {
 *   data: batches(train, { batchSize: 128, shuffled: true, seed: 1 }),
 *   validation: test,
 *   loss: crossEntropy,
 *   metrics: { accuracy },
 *   optimizer: new SGD(model, { learningRate: 0.1 }),
 *   epochs: 2,
 *   callbacks: [new EarlyStopping({ monitor: ({ validation }) => validation!.metrics.accuracy!, mode: "max", patience: 3 })],
 * });
 */
export class EarlyStopping<Name extends string = string> implements Callback<Name> {
  private readonly options: Required<EarlyStoppingOptions<Name>>;
  private model: AnyModule | undefined;
  private best: { readonly epoch: number; readonly value: number } | undefined;
  private weights: ReadonlyMap<string, StoredArray> | undefined;

  constructor(options: EarlyStoppingOptions<Name> = {}) {
    checkOptions<EarlyStoppingOptions<Name>>("EarlyStopping", options, {
      monitor: callable,
      mode: oneOf("min", "max"),
      patience: nonNegativeInteger,
      minDelta: nonNegative,
      restoreBest: yesOrNo,
    });
    const { monitor = readLoss, mode = "min", patience = 0, minDelta = 0, restoreBest = true } = options;
    this.options = { monitor, mode, patience, minDelta, restoreBest };
  }

  /** The epoch with the best value so far; undefined before there is one. */
  get bestEpoch(): number | undefined {
    return this.best?.epoch;
  }

  onStart({ model, history }: RunStart<Name>, control: RunControl): void {
    this.model = model;
    this.best = undefined;
    this.weights = undefined;
    for (const record of history.epochs) this.improve(record);
    const last = history.epochs.at(-1);
    if (last !== undefined && last.epoch !== this.bestEpoch && this.isOver(last.epoch)) control.stop();
  }

  async onEpoch(record: EpochRecord<Name>, _history: History<Name>, control: RunControl): Promise<void> {
    const { restoreBest } = this.options;
    if (this.improve(record)) {
      if (restoreBest) this.weights = await readStateArrays(this.model!);
    } else if (this.isOver(record.epoch)) {
      control.stop();
    }
  }

  onEnd(): void {
    if (this.weights !== undefined) this.model!.loadStateDict(this.weights);
    this.weights = undefined;
  }

  onError(): void {
    this.weights = undefined;
  }

  /** Whether patience has ended with this epoch, which brought no improvement. */
  private isOver(epoch: number): boolean {
    return epoch - (this.bestEpoch ?? 0) >= Math.max(1, this.options.patience);
  }

  /** Whether the epoch is better than all before it. Throws ArgumentError for a monitor that gives no number. */
  private improve(record: EpochRecord<Name>): boolean {
    const { monitor, mode, minDelta } = this.options;
    const value = monitor(record);
    if (typeof value !== "number") {
      throw new ArgumentError(
        `EarlyStopping: monitor: found a function that returns ${describeValue(value)}, expected a number: is the metric measured?`,
      );
    }
    const gain =
      this.best === undefined ? Infinity : mode === "min" ? this.best.value - value : value - this.best.value;
    if (Number.isNaN(value) || !(gain > minDelta)) return false;
    this.best = { epoch: record.epoch, value };
    return true;
  }
}

const readLoss = ({ validation, loss }: EpochRecord): number => validation?.loss ?? loss;
