import { computeStudentInterval } from "@evenkeel/example-task";
import { computeBootstrapInterval } from "@evenkeel/nn";
import type { Measure } from "../experiment.ts";

/** The verdicts that depend on whether an interval excludes 0: two of E7, one of E8 and one of E9. */
const judgedDifferences = 4;

/** The mean of some values with its bootstrap interval. */
export function summarizeMean(name: string, values: readonly number[], unit?: string): Measure {
  const mean = computeMean(values);
  const interval = values.every(Number.isFinite)
    ? computeBootstrapInterval(
        values.map((value) => [value, 1]),
        ([sum, count]) => sum! / count!,
      )
    : ([Number.NaN, Number.NaN] as const);
  return { name, value: mean, interval, ...(unit !== undefined && { unit }) };
}

/** The ratio of the means of two groups of runs with the same seeds, whose pairs are drawn again for the interval. */
export function summarizeRatio(
  name: string,
  numerators: readonly number[],
  denominators: readonly number[],
): Measure {
  const value = computeMean(numerators) / computeMean(denominators);
  const pairs = numerators.map((one, index) => [one, denominators[index]!]);
  const interval = pairs.flat().every(Number.isFinite)
    ? computeBootstrapInterval(pairs, ([one, other]) => one! / other!)
    : ([Number.NaN, Number.NaN] as const);
  return { name, value, interval };
}

/**
 * The mean difference between two groups of runs with the same seeds, for a verdict that depends on its interval. That is wider than one of
 * 95 %, so that all such intervals together hold with 95 % (Bonferroni's correction), and by Student's t, because the bootstrap
 * intervals of three to five runs are too narrow.
 */
export function summarizeDifference(
  name: string,
  ones: readonly number[],
  others: readonly number[],
  unit?: string,
): Measure {
  const differences = ones.map((one, index) => one - others[index]!);
  const interval = computeStudentInterval(differences, 1 - 0.05 / judgedDifferences);
  return { name, value: computeMean(differences), interval, ...(unit !== undefined && { unit }) };
}

export const computeMean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export function computeMedian(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
