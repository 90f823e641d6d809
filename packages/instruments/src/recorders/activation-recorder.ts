import {
  type BatchRecord,
  type Callback,
  type HookPlace,
  onForward,
  type RunStart,
  type StepStart,
} from "@evenkeel/nn";
import {
  concatenate,
  keep,
  mean,
  mul,
  quantile,
  reshape,
  scope,
  slice,
  sqrt,
  sub,
  type Tensor,
} from "@evenkeel/tensor";
import {
  checkOptions,
  fraction,
  listOf,
  nonNegativeInteger,
  positiveInteger,
  text,
} from "@evenkeel/tensor/checks";
import { LateNumbers } from "./late-numbers.ts";

export interface ActivationRecorderOptions {
  /** The paths of the layers whose outputs are recorded. */
  readonly paths: readonly string[];
  /** The number of steps from one record to the next; default 1. */
  readonly everySteps?: number;
  /** From 0 to 1; default 0.15, 0.5 and 0.85, those of figure 1 of Ioffe and Szegedy 2015. */
  readonly quantiles?: readonly number[];
  /** Records the output of one unit or channel alone, an index of the second axis. Default: all outputs of a layer together. */
  readonly unit?: number;
}

/** The distribution of the outputs of a layer in one step. */
export interface ActivationRecord {
  /** Counts from 0 over the whole run. */
  readonly step: number;
  readonly path: string;
  readonly mean: number;
  readonly deviation: number;
  /** In the order of the option. */
  readonly quantiles: readonly number[];
}

const defaultQuantiles = [0.15, 0.5, 0.85] as const;

/**
 * A callback of `fit` that records how the outputs of layers are distributed over time: mean, standard deviation and quantiles, of
 * training batches. Layers that are recorded are not fused with their neighbours during the run, and quantiles sort the outputs on the device:
 * record few layers, or not every step. What is computed is read later, so training does not wait. A resumed run adds to the records.
 *
 * Throws ArgumentError for wrong options; `fit` rejects with ArgumentError for a path or a unit that the model does not have.
 *
 * @example
 * const activations = new ActivationRecorder({ paths: ["features.0"], everySteps: 10 });
 * await fit(model, {
 *   data: batches(train, { batchSize: 32, shuffled: true, seed: 1 }),
 *   loss: crossEntropy,
 *   optimizer: new SGD(model, { learningRate: 0.1 }),
 *   epochs: 1,
 *   callbacks: [activations],
 * });
 */
export class ActivationRecorder implements Callback {
  readonly records: ActivationRecord[] = [];
  private readonly options: ActivationRecorderOptions;
  private readonly quantiles: readonly number[];
  private readonly late = new LateNumbers<string>();
  /** The outputs of the step that has begun, which is not known to be recorded before its gradients are there. */
  private outputs = new Map<string, Tensor>();
  private step = 0;
  private remove: () => void = () => undefined;

  constructor(options: ActivationRecorderOptions) {
    checkOptions<ActivationRecorderOptions>(
      "ActivationRecorder",
      options,
      {
        paths: listOf(text),
        everySteps: positiveInteger,
        quantiles: listOf(fraction),
        unit: nonNegativeInteger,
      },
      ["paths"],
    );
    this.options = options;
    this.quantiles = options.quantiles ?? defaultQuantiles;
  }

  onStart({ model, history }: RunStart): void {
    this.late.clear();
    this.step = history.batches.length === 0 ? 0 : history.batches.at(-1)!.step + 1;
    this.remove = onForward(model, (y, place) => this.listen(y, place), { paths: this.options.paths });
  }

  onStep({ step }: StepStart): void {
    const { everySteps = 1 } = this.options;
    for (const [path, summary] of this.outputs) {
      if (step % everySteps === 0) this.late.add(step, path, summary);
      else summary.dispose();
    }
    this.outputs.clear();
    this.step = step + 1;
  }

  async onBatch({ step }: BatchRecord): Promise<void> {
    for (const { step: at, note: path, numbers } of await this.late.take(step)) {
      const [average, deviation, ...quantiles] = numbers as [number, number, ...number[]];
      this.records.push({ step: at, path, mean: average, deviation, quantiles });
    }
  }

  onEnd(): void {
    this.finish();
  }

  onError(): void {
    this.finish();
  }

  private listen(y: Tensor, { path, module }: HookPlace): void {
    const { everySteps = 1, unit } = this.options;
    if (!module.isTraining || this.step % everySteps !== 0) return;
    this.outputs.get(path)?.dispose();
    const summary = scope(() => {
      const values = unit === undefined ? y : slice(y, { begin: [0, unit], end: [undefined, unit + 1] });
      return this.summarize(reshape(values, [-1]));
    });
    this.outputs.set(path, keep(summary));
  }

  private summarize(values: Tensor): Tensor {
    const average = mean(values);
    const differences = sub(values, average);
    const deviation = sqrt(mean(mul(differences, differences)));
    return concatenate([
      ...[average, deviation].map((one) => reshape(one, [1])),
      quantile(values, this.quantiles),
    ]);
  }

  private finish(): void {
    this.remove();
    for (const summary of this.outputs.values()) summary.dispose();
    this.outputs.clear();
  }
}
