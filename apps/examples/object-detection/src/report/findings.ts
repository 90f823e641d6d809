import { isDiverged } from "@evenkeel/example-task";
import type { Data } from "../data.ts";
import type { Result } from "../run-result.ts";
import type { ArmResult } from "../training/arm-result.ts";
import { leastScore } from "../training/test-results.ts";
import { describeArm, formatScore } from "../words.ts";
import { countAll } from "./pictures.ts";

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Describes the results of a run in a few sentences. They depend only on the numbers, not on which arm is better. */
export function describeFindings({ arms, options }: Result, { test }: Data): string[] {
  return [
    ...arms.map((arm) => describeScore(arm, test.length)),
    ...compare(arms),
    ...arms.map((arm) => describeCounts(arm, test)),
    ...arms.flatMap(describeHardest),
    ...arms.flatMap(({ normalization, testLoss }) =>
      isDiverged(testLoss.total) ? [`${capitalize(describeArm(normalization))} the training diverged.`] : [],
    ),
    `This is one run of each with seed ${options.seed}: another seed changes these figures.`,
  ];
}

function describeScore({ normalization, score, scoreInterval }: ArmResult, pictures: number): string {
  const [low, high] = scoreInterval.map(formatScore);
  return `${capitalize(describeArm(normalization))} the detector reaches a mean average precision of ${formatScore(score)} on ${pictures} test pictures (95 % interval over the pictures: ${low} to ${high}).`;
}

function compare([first, second]: readonly ArmResult[]): string[] {
  if (first === undefined || second === undefined) return [];
  const difference = first.score - second.score;
  const much = Math.abs(difference).toFixed(3);
  return [`That is ${much} ${difference >= 0 ? "more" : "less"} with batch norm than without.`];
}

function describeCounts(arm: ArmResult, test: Data["test"]): string {
  const { right, wrong, missed } = countAll(arm, test);
  return `${capitalize(describeArm(arm.normalization))}, of the detections with a score of ${leastScore} or more, ${right} are right and ${wrong} wrong, and ${missed} objects are missed.`;
}

function describeHardest({ normalization, classes }: ArmResult): string[] {
  const known = classes.filter(({ truths }) => truths > 0);
  const hardest = known.toSorted((a, b) => a.averagePrecision - b.averagePrecision)[0];
  if (hardest === undefined || known.length < 2) return [];
  return [
    `Hardest ${describeArm(normalization)}: ${hardest.name}, with an average precision of ${formatScore(hardest.averagePrecision)}.`,
  ];
}
