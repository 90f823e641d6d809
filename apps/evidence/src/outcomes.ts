import type { Outcome, Trial } from "./experiment.ts";
import { computeMean } from "./statistics/summaries.ts";
import type { Point } from "./training.ts";

/** A trial for each seed. */
export const repeat = (name: string, seeds: number, setting: Trial["setting"]): Trial[] =>
  Array.from({ length: seeds }, (_, index) => ({ id: `${name}-${index + 1}`, seed: index + 1, setting }));

/** The outcomes of the trials that have these settings. */
export const select = (outcomes: readonly Outcome[], setting: Trial["setting"]): readonly Outcome[] =>
  outcomes.filter(({ trial }) =>
    Object.entries(setting).every(([name, value]) => trial.setting[name] === value),
  );

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
