import type { Tensor } from "@evenkeel/tensor";
import { scope, where } from "@evenkeel/tensor";
import { normalizeBy } from "../normalize/normalize.ts";
import { checkInput } from "../operands/layout.ts";
import { checkCall } from "../operands/options.ts";
import { checkMask, maskedStatistics } from "../statistics/masked-statistics.ts";
import type { BatchNormOptions, BatchNormResult } from "./batch-norm.ts";
import { batchNorm, commonRules } from "./batch-norm.ts";
import { computeWeightOfNew, updateRunningStatistics } from "./running-statistics.ts";

export type MaskedBatchNormOptions = Omit<BatchNormOptions, "inPlace">;

/**
 * Batch normalization of ragged data: sequences or images of different sizes that are padded to one size. Only values
 * whose mask is true count, in the statistics of the batch and in the running ones; everywhere else y and the
 * gradients are 0, whatever values x and the residual have there. With a mask that is true everywhere the result is
 * that of `batchNorm`.
 *
 * Shapes: as `batchNorm`, and a bool mask that broadcasts to x. A channel without any value keeps its running
 * statistics; one with a single value is normalized to its shift, since only the device knows the counts.
 *
 * Throws as `batchNorm`, DTypeError unless the mask is bool, and ShapeError unless it broadcasts to x.
 *
 * @example
 * const mask = less(arange(0, length), reshape(lengths, [-1, 1, 1]));
 * const { y } = maskedBatchNorm(x, mask, { scale, shift, training: true }); // x of [N, C, length]
 */
export function maskedBatchNorm(
  x: Tensor,
  mask: Tensor,
  options: MaskedBatchNormOptions = {},
): BatchNormResult {
  checkCall("maskedBatchNorm", options, commonRules);
  const axis = checkInput("maskedBatchNorm", x, options.axis ?? 1);
  checkMask("maskedBatchNorm", mask, x);
  return scope(() => {
    const residual = options.residual && where(mask, options.residual, 0);
    const clean = { ...options, axis, residual };
    const filled = where(mask, x, 0);
    const isInference = !options.training && options.runningMean !== undefined;
    if (isInference) return { y: where(mask, batchNorm(filled, clean).y, 0) };
    const statistics = maskedStatistics(x, mask, { axis });
    return {
      y: where(mask, normalizeBy(filled, statistics, clean), 0),
      statistics,
      ...computeRunningStatistics(x, statistics, options),
    };
  });
}

function computeRunningStatistics(
  x: Tensor,
  statistics: Tensor,
  options: MaskedBatchNormOptions,
): Partial<BatchNormResult> {
  const { runningMean, runningVariance, numBatchesTracked = 0 } = options;
  const weight = computeWeightOfNew(options.momentum, numBatchesTracked);
  if (runningMean === undefined || runningVariance === undefined) return {};
  const running = updateRunningStatistics(
    statistics,
    { mean: runningMean, variance: runningVariance },
    weight,
  );
  return {
    runningMean: running.mean,
    runningVariance: running.variance,
    numBatchesTracked: numBatchesTracked + (x.size === 0 ? 0 : 1),
  };
}
