import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";
import type { Rule, Rules } from "@evenkeel/tensor/checks";
import {
  anything,
  checkOptions,
  fraction,
  integer,
  nonNegative,
  nonNegativeInteger,
  nullOr,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import type { BatchNormOptions } from "../batch-norm/batch-norm.ts";
import type { FrozenNormalization } from "../batch-norm/fold.ts";
import type { NormalizeOptions } from "../normalize/normalize.ts";

export const axisRule: { readonly axis: Rule } = { axis: integer };

const affineRules = { scale: anything, shift: anything, epsilon: nonNegative };

const normalizationRules = { ...axisRule, ...affineRules, residual: anything, activation: anything };

export const frozenRules: Rules<FrozenNormalization> = {
  ...affineRules,
  runningMean: anything,
  runningVariance: anything,
};

export const normalizeRules: Rules<NormalizeOptions> = { ...normalizationRules, inPlace: yesOrNo };

/** The options that `batchNorm`, `ghostBatchNorm` and `maskedBatchNorm` share. */
export const commonRules: Rules<Omit<BatchNormOptions, "inPlace">> = {
  ...normalizationRules,
  ...frozenRules,
  training: yesOrNo,
  momentum: nullOr(fraction),
  numBatchesTracked: nonNegativeInteger,
};

interface Running<Kind> {
  readonly runningMean?: Kind | undefined;
  readonly runningVariance?: Kind | undefined;
}

/** Throws ArgumentError for unknown options, values out of range, and one running statistic without the other. */
export function checkCall<Options extends Running<Tensor>>(
  operation: string,
  options: Options,
  rules: Rules<Options>,
): void {
  checkOptions(operation, options, rules);
  checkBoth(operation, options);
}

/** Throws ArgumentError for one running statistic without the other. */
export function checkBoth(operation: string, { runningMean, runningVariance }: Running<unknown>): void {
  if (!runningMean === !runningVariance) return;
  const missing = runningMean ? "runningVariance" : "runningMean";
  throw new ArgumentError(
    `${operation}: ${missing}: found none, expected both running statistics or neither`,
  );
}
