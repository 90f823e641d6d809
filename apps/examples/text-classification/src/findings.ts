import { isDiverged } from "@evenkeel/example-task";
import type { Result } from "./run-result.ts";
import { summarizeArm } from "./run-result.ts";
import type { ArmResult } from "./training/results.ts";
import { describeArm, formatPercent } from "./words.ts";

/** Describes the results of a run in a few sentences. They depend only on the numbers, not on which arm is better. */
export function describeFindings({ arms, options }: Result): string[] {
  const [first, ...others] = arms as [ArmResult, ...ArmResult[]];
  const folds = first.folds.length;
  const way = folds === 1 ? "" : ` in ${folds}-fold cross-validation`;
  const { accuracy, texts } = summarizeArm(first);
  return [
    `${capitalize(describeArm(first.normalization))} the network classified ${formatPercent(accuracy)} of ${texts.toLocaleString("en")} texts correctly${way}.`,
    ...others.map((other) => compare(first, other)),
    ...(others.length === 0
      ? []
      : [`This is one run of each with seed ${options.seed}: another seed changes these figures.`]),
    ...arms.flatMap(describeDivergence),
  ];
}

/** Two shares, each measured on `count` texts, differ by less than this in 95 of 100 cases by chance alone. */
const computeChance = (first: number, second: number, count: number): number =>
  1.96 * Math.sqrt((first * (1 - first) + second * (1 - second)) / count);

function compare(first: ArmResult, second: ArmResult): string {
  const [one, other] = [summarizeArm(first), summarizeArm(second)];
  const difference = one.accuracy - other.accuracy;
  const chance = computeChance(one.accuracy, other.accuracy, one.texts);
  const start = `${capitalize(describeArm(second.normalization))} it classified ${formatPercent(other.accuracy)}`;
  const much = formatPoints(difference);
  const margin = `(${formatPoints(chance)})`;
  return Math.abs(difference) <= chance
    ? `${start}: a difference of ${much}, no more than chance alone can make with so many texts ${margin}.`
    : `${start}: ${much} ${difference > 0 ? "fewer" : "more"}, beyond what chance alone can make with so many texts ${margin}.`;
}

const formatPoints = (share: number): string => `${Math.abs(100 * share).toFixed(2)} points`;

const describeDivergence = (arm: ArmResult): string[] =>
  isDiverged(summarizeArm(arm).loss)
    ? [`${capitalize(describeArm(arm.normalization))} the training diverged.`]
    : [];

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
