import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, concatenate, scope, slice } from "@evenkeel/tensor";
import type { BatchNormOptions, BatchNormResult } from "./batch-norm.ts";
import { batchNorm } from "./batch-norm.ts";
import { mergeStatistics } from "./merge/merge-statistics.ts";

export interface GhostBatchNormOptions extends Omit<BatchNormOptions, "inPlace"> {
  /** Samples of a ghost batch; the last one holds what is left. */
  readonly size: number;
}

/**
 * Batch normalization of parts of a batch by their own statistics (Hoffer et al. 2017): the noise of small batches at the
 * speed of large ones. Running statistics take in one ghost batch after the other. At inference it is `batchNorm`.
 *
 * Shapes: as `batchNorm`, with the samples on axis 0; the statistics are those of the whole batch. Throws ArgumentError for a
 * size that is not a positive integer or channels on axis 0, and as `batchNorm`.
 *
 * @example ghostBatchNorm(x, { size: 32, scale, shift, training: true })
 */
export function ghostBatchNorm(x: Tensor, { size, ...options }: GhostBatchNormOptions): BatchNormResult {
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new ArgumentError(`ghostBatchNorm: size: found ${size}, expected a positive integer`);
  }
  if (options.axis === 0 || options.axis === -x.rank) {
    throw new ArgumentError(
      `ghostBatchNorm: axis: found ${options.axis}, expected another than that of the samples`,
    );
  }
  const samples = x.shape[0] ?? 0;
  const isInference = !options.training && options.runningMean !== undefined;
  if (isInference || samples <= size) return batchNorm(x, options);
  return scope(() => {
    const parts: BatchNormResult[] = [];
    for (let begin = 0; begin < samples; begin += size) {
      const range = { begin: [begin], end: [Math.min(begin + size, samples)] };
      const { runningMean, runningVariance, numBatchesTracked } = { ...options, ...parts.at(-1) };
      const residual = options.residual && slice(options.residual, range);
      const state = { runningMean, runningVariance, numBatchesTracked, residual };
      parts.push(batchNorm(slice(x, range), { ...options, ...state }));
    }
    return {
      ...parts.at(-1),
      y: concatenate(
        parts.map(({ y }) => y),
        { axis: 0 },
      ),
      statistics: mergeStatistics(parts.map(({ statistics }) => statistics!)),
    };
  });
}
