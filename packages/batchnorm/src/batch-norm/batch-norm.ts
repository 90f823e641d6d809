import type { Activation, Tensor } from "@evenkeel/tensor";
import { execute, scope } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import { fraction, nonNegativeInteger, nullOr, yesOrNo } from "@evenkeel/tensor/checks";
import { normalizeBy } from "../normalize/normalize.ts";
import { checkInput } from "../operands/layout.ts";
import { checkCall, normalizationRules } from "../operands/options.ts";
import type { NormalizationAttributes } from "../pre-activation/attributes.ts";
import { populationStatistics } from "../statistics/pack-statistics.ts";
import { batchNormTrainingOp } from "./batch-norm-training.ts";
import { frozenRules } from "./fold.ts";
import { computeWeightOfNew } from "./running-statistics.ts";

export interface BatchNormOptions {
  /** Multiplies the normalized values (gamma); default: none. */
  readonly scale?: Tensor | undefined;
  /** Added after the scale (beta); default: none. */
  readonly shift?: Tensor | undefined;
  readonly runningMean?: Tensor | undefined;
  /** The unbiased variance. */
  readonly runningVariance?: Tensor | undefined;
  /**
   * Whether to normalize by the statistics of the batch and update the running statistics. Default: false, which
   * normalizes by the running statistics and leaves them unchanged. Without running statistics, the statistics of the
   * batch are always used.
   */
  readonly training?: boolean;
  /** The weight of the new statistics; null gives all batches the same weight. Default: 0.1. */
  readonly momentum?: number | null;
  /** The number of batches in the running statistics so far, which momentum null needs. Default: 0. */
  readonly numBatchesTracked?: number;
  /** Added to the variance before the square root is taken; default: 1e-5. */
  readonly epsilon?: number;
  /** The channels' axis; default: 1, as in NCHW. */
  readonly axis?: number;
  /** Applied in the same pass; default: "none". */
  readonly activation?: Activation;
  /** Added to the result before the activation, in the same pass. */
  readonly residual?: Tensor | undefined;
  /** Whether y takes the memory of x, which is disposed. */
  readonly inPlace?: boolean;
}

/** The options that `batchNorm`, `ghostBatchNorm` and `maskedBatchNorm` share. */
export const commonRules: Rules<Omit<BatchNormOptions, "inPlace">> = {
  ...normalizationRules,
  ...frozenRules,
  training: yesOrNo,
  momentum: nullOr(fraction),
  numBatchesTracked: nonNegativeInteger,
};

export interface BatchNormResult {
  readonly y: Tensor;
  /** Statistics of this batch. Absent if it was normalized by the running statistics. */
  readonly statistics?: Tensor;
  /** A new tensor, present if running statistics were given and updated. */
  readonly runningMean?: Tensor;
  readonly runningVariance?: Tensor;
  /** One more than before, present if running statistics were updated. */
  readonly numBatchesTracked?: number;
}

/**
 * Batch normalization (Ioffe and Szegedy 2015) with PyTorch's semantics: it normalizes with the biased variance and
 * keeps the unbiased one. An empty batch leaves running statistics unchanged. A NaN or an infinity makes y, the
 * statistics and the running statistics of its channel NaN (PyTorch keeps an infinite mean, which here would depend
 * on the order of summation).
 *
 * Shapes: x of any rank, scale, shift and running statistics [C], residual as x -> y as x, statistics [4, C]. x, the residual
 * and y are f32 or, on devices that have it, f16; everything else is f32.
 *
 * Throws ShapeError, DTypeError or ArgumentError where operands or options do not fit, and ShapeError for a batch
 * with one value per channel that would be normalized by its own statistics.
 *
 * @example
 * const { y, runningMean, runningVariance } = batchNorm(x, {
 *   scale, shift, runningMean: oldMean, runningVariance: oldVariance, training: true, activation: "relu",
 * });
 */
export function batchNorm(x: Tensor, options: BatchNormOptions = {}): BatchNormResult {
  checkCall("batchNorm", options, { ...commonRules, inPlace: yesOrNo });
  const { runningMean, runningVariance, training = false } = options;
  const axis = checkInput("batchNorm", x, options.axis ?? 1);
  if (!training && runningMean !== undefined && runningVariance !== undefined) {
    return scope(() => ({
      y: normalizeBy(x, populationStatistics(runningMean, runningVariance), { ...options, axis }),
    }));
  }
  return normalizeBatch(x, axis, options);
}

function normalizeBatch(x: Tensor, axis: number, options: BatchNormOptions): BatchNormResult {
  const { inputs, attrs, scalars } = prepareTraining(axis, options);
  const donate = options.inPlace ? [0] : [];
  return toTrainingResult(execute(batchNormTrainingOp, [x, ...inputs], attrs, { scalars, donate }), options);
}

/** The operands and attributes of the training op, except x. */
export function prepareTraining(
  axis: number,
  options: BatchNormOptions,
): {
  readonly inputs: readonly (Tensor | undefined)[];
  readonly attrs: NormalizationAttributes;
  readonly scalars: readonly number[];
} {
  const { scale, shift, residual, runningMean, runningVariance, momentum, numBatchesTracked = 0 } = options;
  const { epsilon = 1e-5, activation = "none" } = options;
  return {
    inputs: [scale, shift, residual, runningMean, runningVariance],
    attrs: { axis, epsilon, activation, residual: residual !== undefined },
    scalars: [computeWeightOfNew(momentum, numBatchesTracked)],
  };
}

export function toTrainingResult(
  outputs: readonly Tensor[],
  { numBatchesTracked = 0 }: BatchNormOptions,
): BatchNormResult {
  const [y, statistics, newMean, newVariance] = outputs as [Tensor, Tensor, Tensor?, Tensor?];
  if (newMean === undefined || newVariance === undefined) return { y, statistics };
  return {
    y,
    statistics,
    runningMean: newMean,
    runningVariance: newVariance,
    numBatchesTracked: numBatchesTracked + (y.size === 0 ? 0 : 1),
  };
}
