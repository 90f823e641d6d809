import type { Outcome, Trial } from "./experiment.ts";
import { computeMean } from "./statistics/summaries.ts";
import type { Point } from "./training.ts";

/** What a loss that overflows counts as. */
export const overflow = 1e30;

/** A trial for each seed. */
export const repeat = (name: string, seeds: number, setting: Trial["setting"]): Trial[] =>
  Array.from({ length: seeds }, (_, index) => ({ id: `${name}-${index + 1}`, seed: index + 1, setting }));

/** The outcomes of the trials that have these settings. */
export const select = (outcomes: readonly Outcome[], setting: Trial["setting"]): readonly Outcome[] =>
  outcomes.filter(({ trial }) =>
    Object.entries(setting).every(([name, value]) => trial.setting[name] === value),
  );

/**
 * The outcomes of an arm at its best learning rate: that with the largest mean score over the seeds. The score must not come from the
 * test. A rate counts as the worst if a score of it is NaN.
 */
export function selectBestRate(
  outcomes: readonly Outcome[],
  arm: string,
  score: (numbers: Outcome["numbers"]) => number,
): readonly Outcome[] {
  const ofArm = select(outcomes, { arm });
  const rates = [...new Set(ofArm.map(({ trial }) => trial.setting.rate!))];
  const groups = rates.map((rate) => {
    const group = select(ofArm, { rate });
    const mean = computeMean(group.map(({ numbers }) => score(numbers)));
    return { group, score: Number.isNaN(mean) ? Number.NEGATIVE_INFINITY : mean };
  });
  return groups.reduce((best, one) => (one.score > best.score ? one : best)).group;
}

/** The learning rate of outcomes that have the same. */
export const readRate = ([first]: readonly Outcome[]): number => Number(first!.trial.setting.rate);

export const listNumbers = (outcomes: readonly Outcome[], name: string): number[] =>
  outcomes.map(({ numbers }) => numbers[name]!);

/** The mean of a series over outcomes, up to where the shortest one ends. Values that are NaN count as `missing`. */
export function averageSeries(
  outcomes: readonly Outcome[],
  name: string,
  missing: number = Number.NaN,
): readonly Point[] {
  const [first] = outcomes;
  return (first?.series[name] ?? []).flatMap(([x], index) => {
    const values = outcomes.map(({ series }) => series[name]![index]?.[1]);
    if (values.includes(undefined)) return [];
    return [[x, computeMean(values.map((value) => (Number.isNaN(value) ? missing : value!)))] as const];
  });
}
