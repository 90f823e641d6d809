import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";
import type { Rule, Rules } from "@evenkeel/tensor/checks";
import { anything, checkOptions, integer, nonNegative } from "@evenkeel/tensor/checks";

type RulesOf<Names extends string> = { readonly [Name in Names]: Rule };

export const axisRule: RulesOf<"axis"> = { axis: integer };

export const affineRules: RulesOf<"scale" | "shift" | "epsilon"> = {
  scale: anything,
  shift: anything,
  epsilon: nonNegative,
};

export const normalizationRules: RulesOf<keyof typeof affineRules | "axis" | "residual" | "activation"> = {
  ...axisRule,
  ...affineRules,
  residual: anything,
  activation: anything,
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
