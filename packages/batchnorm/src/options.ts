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
import type { BatchNormOptions } from "./batch-norm.ts";
import type { NormalizeOptions } from "./normalize/normalize.ts";

export const axisRule: { readonly axis: Rule } = { axis: integer };

const partRules = {
  ...axisRule,
  scale: anything,
  shift: anything,
  residual: anything,
  epsilon: nonNegative,
  activation: anything,
};

export const normalizeRules: Rules<NormalizeOptions> = { ...partRules, inPlace: yesOrNo };

/** What ghost batches and masks can be told too. */
export const commonRules: Rules<Omit<BatchNormOptions, "inPlace">> = {
  ...partRules,
  runningMean: anything,
  runningVariance: anything,
  training: yesOrNo,
  momentum: nullOr(fraction),
  numBatchesTracked: nonNegativeInteger,
};

interface Running<Kind> {
  readonly runningMean?: Kind | undefined;
  readonly runningVariance?: Kind | undefined;
}

/** Throws ArgumentError for options that do not exist or are out of range, and one running statistic without the other. */
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
