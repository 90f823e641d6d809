import { mergeStatistics, updateRunningStatistics } from "@evenkeel/batchnorm";
import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, keep, scope, withoutStateChanges } from "@evenkeel/tensor";
import {
  anAbortSignal,
  checkOptions,
  checkValue,
  describeValue,
  positiveInteger,
} from "@evenkeel/tensor/checks";
import { BatchNorm } from "../layers/batch-norm.ts";
import { statisticsListeners } from "../layers/running-norm.ts";
import { withNames } from "../module/failure.ts";
import { isModule } from "../module/member.ts";
import { listModules } from "../module/modes.ts";
import type { AnyModule, Module } from "../module/module.ts";
import { disposeBatch, findBackend, loadInputs } from "../training/batches/batch.ts";
import { BatchStream } from "../training/batches/batch-stream.ts";
import { dataSource } from "../training/check-options.ts";
import { withCleanUp } from "../training/clean-up.ts";
import { addPlace } from "../training/located.ts";
import type { InputSource } from "../training/predict.ts";

export interface PreciseBatchNormOptions {
  /** The largest number of batches to read; default: all of the first epoch. */
  readonly batches?: number;
  /** Ends the pass at once; `preciseBatchNorm` then rejects with the signal's reason and changes nothing. */
  readonly signal?: AbortSignal;
}

/**
 * Replaces the running statistics of every batch norm by the exact ones of the data under the current weights (Wu and Johnson
 * 2021): during training they lag behind the weights, by about 1 / momentum batches. Each batch is normalized by its own
 * statistics, and those of all batches are merged as if they were one batch: the mean and the unbiased variance. All other layers run
 * in evaluation mode, without dropout; frozen norms and those that do not track statistics stay as they are. It is PyTorch's
 * `swa_utils.update_bn` with exact variances, and belongs after averaging weights, and before `eval()`.
 *
 * Large batches are best, and the same size as in training is good: the statistics of the later layers are those behind norms of
 * batches. Rejects with ArgumentError for wrong arguments, data without batches and a model without such norms, and with what the
 * model throws; the model then has its old statistics.
 *
 * @param data batches as `fit` takes them; labels may be absent
 * @example await preciseBatchNorm(model, test, { batches: 100 });
 */
export async function preciseBatchNorm<Inputs>(
  model: Module<[Inputs], unknown>,
  data: InputSource<Inputs>,
  options: PreciseBatchNormOptions = {},
): Promise<void> {
  if (!isModule(model)) {
    throw new ArgumentError(`preciseBatchNorm: model: found ${describeValue(model)}, expected a module`);
  }
  checkValue("preciseBatchNorm: data", data, dataSource);
  checkOptions<PreciseBatchNormOptions>("preciseBatchNorm", options, {
    batches: positiveInteger,
    signal: anAbortSignal,
  });
  const { batches = Number.POSITIVE_INFINITY, signal } = options;
  const modules = listModules(model);
  const norms = modules.filter(
    (module): module is BatchNorm => module instanceof BatchNorm && isTracking(module),
  );
  if (norms.length === 0) {
    throw new ArgumentError(
      "preciseBatchNorm: model: found no batch norm with running statistics, expected at least one that is not frozen",
    );
  }
  const backend = findBackend(model);
  const stream = new BatchStream<Inputs, never>(data as never, 0, { backend, signal, isLabelled: false });
  const totals = new Map<BatchNorm, Tensor>();
  const passOver = async (): Promise<void> => {
    while (stream.taken < batches) {
      const batch = await stream.next();
      if (batch === undefined) break;
      try {
        scope(() => {
          const inputs = loadInputs<Inputs>(batch.inputs, backend);
          collectStatistics(norms, totals, () =>
            runInModes(modules, norms, () => withNames(model, () => model.forward(inputs))),
          );
        });
      } catch (error) {
        throw addPlace(error, `preciseBatchNorm: batch ${stream.taken - 1}`);
      } finally {
        disposeBatch(batch);
      }
      // The device works on the batch before the next one is queued.
      await backend?.idle();
    }
    if (stream.taken === 0) {
      throw new ArgumentError("preciseBatchNorm: data: found no batches, expected at least one");
    }
    for (const [norm, statistics] of totals) scope(() => storeStatistics(norm, statistics, stream.taken));
  };
  await withCleanUp(passOver, () => {
    for (const statistics of totals.values()) statistics.dispose();
    return stream.close();
  });
}

const isTracking = ({ runningMean, trackRunningStats, isFrozen }: BatchNorm): boolean =>
  runningMean !== undefined && trackRunningStats && !isFrozen;

/** Adds the statistics of a forward pass to the totals. */
function collectStatistics(
  norms: readonly BatchNorm[],
  totals: Map<BatchNorm, Tensor>,
  forward: () => unknown,
): void {
  for (const norm of norms) {
    statisticsListeners.set(norm, (statistics) => {
      const before = totals.get(norm);
      // A copy too: the layer frees the statistics.
      totals.set(norm, keep(mergeStatistics(before ? [before, statistics] : [statistics])));
      before?.dispose();
    });
  }
  try {
    withoutStateChanges(forward);
  } finally {
    for (const norm of norms) statisticsListeners.delete(norm);
  }
}

/** Runs `body` with these norms in training mode and everything else in evaluation mode. */
function runInModes<Result>(
  modules: readonly AnyModule[],
  norms: readonly AnyModule[],
  body: () => Result,
): Result {
  const before = modules.map(({ isTraining }) => isTraining);
  for (const module of modules) module.isTraining = norms.includes(module);
  try {
    return body();
  } finally {
    for (const [index, module] of modules.entries()) module.isTraining = before[index]!;
  }
}

/** A channel of which the data had no values keeps its statistics. */
function storeStatistics(norm: BatchNorm, statistics: Tensor, batches: number): void {
  const before = { mean: norm.runningMean!.value, variance: norm.runningVariance!.value };
  const { mean, variance } = updateRunningStatistics(statistics, before, 1);
  norm.runningMean!.value = mean;
  norm.runningVariance!.value = variance;
  norm.numBatchesTracked!.value = batches;
}
