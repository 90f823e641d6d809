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
import { weightOfNew } from "./running-statistics.ts";

export interface BatchNormOptions {
  /** Multiplies the normalized values (gamma); default: none. */
  readonly scale?: Tensor | undefined;
  /** Added after the scale (beta); default: none. */
  readonly shift?: Tensor | undefined;
  readonly runningMean?: Tensor | undefined;
  /** Unbiased. */
  readonly runningVariance?: Tensor | undefined;
  /**
   * Whether to normalize by the batch and take it into the running statistics; default: false, which normalizes by the
   * running statistics and leaves them alone. Without running statistics it is the batch either way.
   */
  readonly training?: boolean;
  /** The weight of the new statistics; null weighs all batches alike. Default: 0.1. */
  readonly momentum?: number | null;
  /** How many batches the running statistics have taken in: what momentum null goes by. Default: 0. */
  readonly numBatchesTracked?: number;
  /** Added to the variance, inside the root; default: 1e-5. */
  readonly epsilon?: number;
  /** The channels' axis; default: 1, as in NCHW. */
  readonly axis?: number;
  /** Applied in the same pass; default: "none". */
  readonly activation?: Activation;
  /** Added before the activation, in the same pass. */
  readonly residual?: Tensor | undefined;
  /** Gives the memory of x to y; x is disposed. */
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
  /** Of this batch: absent where it was normalized by the running statistics. */
  readonly statistics?: Tensor;
  /** New tensors, where running statistics were given and took this batch in. */
  readonly runningMean?: Tensor;
  readonly runningVariance?: Tensor;
  /** One more than before, where running statistics took this batch in. */
  readonly numBatchesTracked?: number;
}

/**
 * Batch normalization (Ioffe and Szegedy 2015) with PyTorch's semantics: normalizes with the biased variance, keeps the
 * unbiased one. An empty batch leaves running statistics as they are. A value that is not finite makes y, the statistics and
 * the running statistics of its channel NaN (PyTorch keeps an infinite mean, which would depend on the order of sums here).
 *
 * Shapes: x of any rank, scale, shift and running statistics [C], residual as x -> y as x, statistics [4, C]. x, the residual
 * and y are f32 or, on devices that have it, f16; everything else is f32.
 *
 * Throws ShapeError, DTypeError or ArgumentError where operands or options do not fit, and ShapeError for a batch with one
 * value per channel that is to be normalized by itself.
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
  const { inputs, attrs, scalars } = trainingCall(axis, options);
  const donate = options.inPlace ? [0] : [];
  return trainingResult(execute(batchNormTrainingOp, [x, ...inputs], attrs, { scalars, donate }), options);
}

/** What the training op is called with, but for x. */
export function trainingCall(
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
    scalars: [weightOfNew(momentum, numBatchesTracked)],
  };
}

export function trainingResult(
  outputs: readonly Tensor[],
  { numBatchesTracked = 0 }: BatchNormOptions,
): BatchNormResult {
  const [y, statistics, newMean, newVariance] = outputs as [Tensor, Tensor, Tensor?, Tensor?];
  if (newMean === undefined || newVariance === undefined) return { y, statistics };
  return {
    ...{ y, statistics, runningMean: newMean, runningVariance: newVariance },
    numBatchesTracked: numBatchesTracked + (y.size === 0 ? 0 : 1),
  };
}
