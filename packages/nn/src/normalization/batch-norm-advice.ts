import { callable, checkOptions } from "@evenkeel/tensor/checks";
import { BatchNorm } from "../layers/batch-norm.ts";
import { statisticsListeners } from "../layers/running-norm.ts";
import type { Callback, RunStart } from "../training/fit-options.ts";
import type { BatchRecord, EpochRecord } from "../training/measurements/history.ts";
import type { BatchNormWarning } from "./batch-norm-warnings.ts";
import { listBatchNormWarnings, nameNorm } from "./batch-norm-warnings.ts";

export interface BatchNormAdviceOptions {
  /** Called with each warning, once. Default: writes its message with `console.warn`. */
  onWarning?(warning: BatchNormWarning): void;
}

/** Below this number of values for each channel, the noise of their statistics is as large as 40 % of the signal: 1 / sqrt(2 n). */
const fewValues = 4;
/** The largest share of their initial values that running statistics should have when they are used. */
const largestRest = 0.05;

interface Watched {
  readonly path: string;
  readonly norm: BatchNorm;
  /** How many values of each channel an example has; known after the first step. */
  valuesPerExample: number | undefined;
}

/**
 * A callback of `fit` that warns of what usually goes wrong with batch norm, once each: batches and last batches that give statistics
 * of too few values, running statistics that no batch has updated or that have not left their initial values when a model is
 * validated or finished, biases before norms, and weight decay of scales and shifts. It reads only what the host knows, so it does
 * not slow training down.
 *
 * Throws ArgumentError for unknown options.
 *
 * @example
 * const advice = new BatchNormAdvice({ onWarning: () => undefined });
 * const options = { data: batches(train, { batchSize: 2 }), loss: crossEntropy, epochs: 1, callbacks: [advice] };
 * await fit(model, { ...options, optimizer: new SGD(model, { learningRate: 0.1 }) });
 * for (const { kind, path, message } of advice.warnings) console.log(kind, path, message);
 */
export class BatchNormAdvice implements Callback {
  private readonly onWarning: (warning: BatchNormWarning) => void;
  private readonly found = new Map<string, BatchNormWarning>();
  private watched: readonly Watched[] = [];
  private largestBatch = 0;

  constructor(options: BatchNormAdviceOptions = {}) {
    checkOptions<BatchNormAdviceOptions>("BatchNormAdvice", options, { onWarning: callable });
    this.onWarning = options.onWarning ?? (({ message }) => console.warn(message));
  }

  /** All warnings so far. */
  get warnings(): readonly BatchNormWarning[] {
    return [...this.found.values()];
  }

  async onStart({ model, optimizer }: RunStart): Promise<void> {
    const norms = [...model.namedModules()].filter(
      (entry): entry is [string, BatchNorm] => entry[1] instanceof BatchNorm,
    );
    this.watched = norms.map(([path, norm]) => ({ path, norm, valuesPerExample: undefined }));
    for (const one of this.watched) watchFirstBatch(one);
    for (const warning of await listBatchNormWarnings(model, { optimizer })) this.warn(warning);
  }

  onBatch({ examples, batch }: BatchRecord): void {
    const isLast = examples < this.largestBatch;
    this.largestBatch = Math.max(this.largestBatch, examples);
    for (const { norm, path, valuesPerExample } of this.watched) {
      const values = examples * (valuesPerExample ?? Number.POSITIVE_INFINITY);
      if (values >= fewValues || !takesBatches(norm)) continue;
      const remedy = isLast
        ? "leave the last batch out (dropLast: true)"
        : "take larger batches, or BatchRenorm or GroupNorm instead";
      this.warn({
        kind: isLast ? "small last batch" : "few values",
        path,
        message: `${nameNorm(norm, path)} took its statistics from ${values} values per channel in batch ${batch}, expected at least ${fewValues}: ${remedy}`,
      });
    }
  }

  onEpoch({ validation }: EpochRecord): void {
    if (validation !== undefined) this.lookAtStatistics();
  }

  onEnd(): void {
    this.lookAtStatistics();
    this.release();
  }

  onError(): void {
    this.release();
  }

  private lookAtStatistics(): void {
    for (const { norm, path } of this.watched) {
      const { momentum, numBatchesTracked } = norm;
      if (momentum === null || numBatchesTracked === undefined || !takesBatches(norm)) continue;
      const updates = numBatchesTracked.value;
      const rest = (1 - momentum) ** updates;
      if (updates === 0 || rest <= largestRest) continue;
      this.warn({
        kind: "slow statistics",
        path,
        message: `${nameNorm(norm, path)} has running statistics of which ${Math.round(100 * rest)} % are still the initial ones after ${updates} batches with momentum ${momentum}: train longer, raise the momentum (null takes the average of all batches), or call preciseBatchNorm`,
      });
    }
  }

  private release(): void {
    for (const { norm } of this.watched) statisticsListeners.delete(norm);
  }

  private warn(warning: BatchNormWarning): void {
    const key = `${warning.kind}:${warning.path}`;
    if (this.found.has(key)) return;
    this.found.set(key, warning);
    this.onWarning(warning);
  }
}

const takesBatches = ({ isTraining, isFrozen, trackRunningStats }: BatchNorm): boolean =>
  isTraining && !isFrozen && trackRunningStats;

/** Notes the shape of the first batch that the norm sees. */
function watchFirstBatch(watched: Watched): void {
  const { norm } = watched;
  statisticsListeners.set(norm, (_statistics, { shape, size }) => {
    watched.valuesPerExample = size / norm.channels / shape[0]!;
    statisticsListeners.delete(norm);
  });
}
