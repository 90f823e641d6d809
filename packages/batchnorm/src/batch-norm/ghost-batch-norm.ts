import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, concatenate, formatShape, ShapeError, scope, slice } from "@evenkeel/tensor";
import { positiveInteger } from "@evenkeel/tensor/checks";
import { checkInput, computeLayout, countValuesPerChannel } from "../operands/layout.ts";
import { checkCall } from "../operands/options.ts";
import { checkNormalization } from "../pre-activation/attributes.ts";
import { mergeStatistics } from "../statistics/merge-statistics.ts";
import type { BatchNormOptions, BatchNormResult } from "./batch-norm.ts";
import { batchNorm, commonRules, prepareTraining } from "./batch-norm.ts";

const name = "ghostBatchNorm";

export interface GhostBatchNormOptions extends Omit<BatchNormOptions, "inPlace"> {
  /** The number of samples of a ghost batch. A remainder is spread evenly over all ghost batches. */
  readonly size: number;
}

/**
 * Batch normalization of each part of a batch by its own statistics (Hoffer et al. 2017): the noise of small batches
 * at the speed of large ones. There are floor(samples / size) ghost batches, at least one, over which a remainder is
 * spread evenly: 65 samples with a `size` of 32 make ghost batches of 32 and 33. Running statistics are updated by
 * one ghost batch after another. At inference this is `batchNorm`.
 *
 * Shapes: as `batchNorm`, with the samples on axis 0; the statistics are those of the whole batch. Throws ArgumentError for a
 * size that is not a positive integer or channels on axis 0, ShapeError for ghost batches of one value per channel, and as
 * `batchNorm`.
 *
 * @example ghostBatchNorm(x, { size: 32, scale, shift, training: true })
 */
export function ghostBatchNorm(x: Tensor, allOptions: GhostBatchNormOptions): BatchNormResult {
  checkCall(name, allOptions, { size: positiveInteger, ...commonRules });
  const { size, ...options } = allOptions;
  const axis = checkInput(name, x, options.axis ?? 1);
  if (axis === 0)
    throw new ArgumentError(`${name}: axis: found 0, expected another axis: 0 is the axis of the samples`);
  if (!options.training && options.runningMean !== undefined) return batchNorm(x, options);
  const samples = x.shape[0]!;
  const count = Math.max(1, Math.floor(samples / size));
  checkNormalization(name, { x, ...options }, prepareTraining(axis, options).attrs);
  const smallest = [Math.floor(samples / count), ...x.shape.slice(1)];
  if (countValuesPerChannel(computeLayout(smallest, axis)) === 1) {
    throw new ShapeError(
      `${name}: x: found ${formatShape(x.shape)} in ghost batches of ${size}, expected more than 1 value per channel in each`,
    );
  }
  if (count === 1) return batchNorm(x, options);
  return scope(() => {
    const parts: BatchNormResult[] = [];
    for (let part = 0; part < count; part++) {
      const [begin, end] = [part, part + 1].map((at) => Math.floor((at * samples) / count));
      const range = { begin: [begin!], end: [end!] };
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
