import { BatchNorm, type InputSource, type Module, preciseBatchNorm } from "@evenkeel/nn";
import { fromData, scope } from "@evenkeel/tensor";
import { anAbortSignal, checkOptions, checkValue, positiveInteger } from "@evenkeel/tensor/checks";
import { aDataSource, aModule } from "../model/check-arguments.ts";

export interface StatisticsDriftOptions {
  /** The largest number of batches to read; default: all of the first epoch. */
  readonly batches?: number;
  readonly signal?: AbortSignal;
}

/** How far the running statistics of a batch norm are from those of the data. */
export interface StatisticsDrift {
  /** The path of the batch norm. */
  readonly path: string;
  /** The root mean square over channels of the difference of the means, in standard deviations of the data. */
  readonly meanShift: number;
  /** The root mean square over channels of ln(running variance / variance of the data). */
  readonly logVarianceRatio: number;
}

/**
 * Compares the running statistics of every batch norm with the exact ones of the data under the current weights, which
 * `preciseBatchNorm` computes: the mismatch between training and inference. The model stays as it is.
 *
 * Rejects with ArgumentError for wrong arguments and for a model without batch norms that track statistics, and with what the model throws.
 *
 * @param data batches as `fit` takes them; labels may be absent
 * @example
 * const drift = await measureStatisticsDrift(model, test, { batches: 20 });
 * console.log(drift.map(({ path, meanShift }) => `${path}: ${meanShift.toFixed(3)}`));
 */
export async function measureStatisticsDrift<Inputs>(
  model: Module<[Inputs], unknown>,
  data: InputSource<Inputs>,
  options: StatisticsDriftOptions = {},
): Promise<StatisticsDrift[]> {
  checkValue("measureStatisticsDrift: model", model, aModule);
  checkValue("measureStatisticsDrift: data", data, aDataSource);
  checkOptions<StatisticsDriftOptions>("measureStatisticsDrift", options, {
    batches: positiveInteger,
    signal: anAbortSignal,
  });
  const norms = [...model.namedModules()].filter(
    (entry): entry is [string, BatchNorm] =>
      entry[1] instanceof BatchNorm && entry[1].runningMean !== undefined,
  );
  const readAll = (): Promise<Statistics[]> => Promise.all(norms.map(([, norm]) => readStatistics(norm)));
  const running = await readAll();
  await preciseBatchNorm(model, data, options);
  const exact = await readAll();
  for (const [index, [, norm]] of norms.entries()) writeStatistics(norm, running[index]!);
  return norms.map(([path], index) => ({ path, ...compare(running[index]!, exact[index]!) }));
}

interface Statistics {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly batches: number;
}

async function readStatistics({
  runningMean,
  runningVariance,
  numBatchesTracked,
}: BatchNorm): Promise<Statistics> {
  const [mean, variance] = await Promise.all(
    [runningMean!, runningVariance!].map(({ value }) => value.data()),
  );
  return {
    mean: mean as Float32Array,
    variance: variance as Float32Array,
    batches: numBatchesTracked!.value,
  };
}

function writeStatistics(
  { runningMean, runningVariance, numBatchesTracked }: BatchNorm,
  { mean, variance, batches }: Statistics,
): void {
  scope(() => {
    for (const [buffer, data] of [
      [runningMean!, mean],
      [runningVariance!, variance],
    ] as const) {
      buffer.value = fromData(data, buffer.spec, { backend: buffer.value.backend });
    }
  });
  numBatchesTracked!.value = batches;
}

function compare(
  running: Statistics,
  exact: Statistics,
): Pick<StatisticsDrift, "meanShift" | "logVarianceRatio"> {
  const channels = [...exact.mean.keys()];
  const computeRoot = (differences: readonly number[]): number =>
    Math.sqrt(differences.reduce((sum, one) => sum + one * one, 0) / differences.length);
  return {
    meanShift: computeRoot(
      channels.map(
        (channel) => (running.mean[channel]! - exact.mean[channel]!) / Math.sqrt(exact.variance[channel]!),
      ),
    ),
    logVarianceRatio: computeRoot(
      channels.map((channel) => Math.log(running.variance[channel]! / exact.variance[channel]!)),
    ),
  };
}
