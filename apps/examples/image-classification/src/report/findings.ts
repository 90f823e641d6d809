import { isDiverged } from "@evenkeel/example-task";
import type { RunResult } from "../run-result.ts";
import type { ArmResult } from "../training/arm-result.ts";
import { describeArm, formatPercent } from "../words.ts";

/** Describes the results of a run in a few sentences. They depend only on the numbers, not on which arm is better. */
export function describeFindings(result: RunResult): string[] {
  const [first, second] = result.arms as [ArmResult, ArmResult?];
  if (second === undefined)
    return [describeAccuracy(first), describeGoal(first), ...describeGeneralization([first])];
  return [
    compareAccuracies(first, second),
    compareGoals(first, second),
    compareSpeeds(first, second),
    ...compareGradientSpread(first, second),
    ...describeGeneralization([first, second]),
    ...[first, second].flatMap(describeDivergence),
    `This is one run of each with seed ${result.seed}: another seed changes these figures.`,
  ];
}

const countTestImages = ({ confusion }: ArmResult): number =>
  confusion.flat().reduce((sum, count) => sum + count, 0);

const describeAccuracy = (arm: ArmResult): string =>
  `${capitalize(describeArm(arm.normalization))} the network classified ${formatPercent(arm.testAccuracy)} of ${countTestImages(arm).toLocaleString("en")} test images correctly.`;

const describeGoal = ({ stepsTo85 }: ArmResult): string =>
  stepsTo85 === null
    ? "It never classified 85 % of the held-out images correctly."
    : `It classified 85 % of the held-out images correctly after ${formatSteps(stepsTo85)}.`;

function compareGoals(first: ArmResult, second: ArmResult): string {
  if (first.stepsTo85 === null && second.stepsTo85 === null) {
    return "Neither ever classified 85 % of the held-out images correctly.";
  }
  const other =
    second.stepsTo85 === null ? "without it never" : `without it after ${formatSteps(second.stepsTo85)}`;
  return `${describeGoal(first).slice(0, -1)}, ${other}.`;
}

const formatSteps = (count: number): string => `${count.toLocaleString("en")} steps`;

/** Two rates, each measured on `n` images, differ by less than this in 95 of 100 cases by chance alone. */
function computeChance(first: number, second: number, n: number): number {
  return 1.96 * Math.sqrt((first * (1 - first) + second * (1 - second)) / n);
}

function compareAccuracies(first: ArmResult, second: ArmResult): string {
  const difference = first.testAccuracy - second.testAccuracy;
  const margin = computeChance(first.testAccuracy, second.testAccuracy, countTestImages(first));
  const start = `${describeAccuracy(first).slice(0, -1)}, without it ${formatPercent(second.testAccuracy)}`;
  const much = formatPoints(difference);
  if (Math.abs(difference) <= margin) {
    return `${start}: a difference of ${much}, no more than chance alone can make with so many images (${formatPoints(margin)}).`;
  }
  return `${start}: ${much} ${difference > 0 ? "more" : "less"}, beyond what chance alone can make with so many images (${formatPoints(margin)}).`;
}

const formatPoints = (share: number): string => `${Math.abs(100 * share).toFixed(2)} points`;

function compareSpeeds(first: ArmResult, second: ArmResult): string {
  const [withIt, without] = [first.imagesPerSecond, second.imagesPerSecond];
  const rate = (value: number): string => Math.round(value).toLocaleString("en");
  const ratio = without / withIt;
  const words = ratio >= 1 ? `${ratio.toFixed(2)} times as long` : `${ratio.toFixed(2)} of the time`;
  return `It trained on ${rate(withIt)} images a second, without it on ${rate(without)}: a step with it takes ${words}.`;
}

function compareGradientSpread(first: ArmResult, second: ArmResult): string[] {
  const [withIt, without] = [computeSpread(first), computeSpread(second)];
  if (!Number.isFinite(withIt) || !Number.isFinite(without)) return [];
  return [
    `At the first batch the gradients of the layers differ in size by a factor of ${formatTwoDigits(withIt)}, without it of ${formatTwoDigits(without)}.`,
  ];
}

const formatTwoDigits = (value: number): string =>
  value.toLocaleString("en", { minimumSignificantDigits: 2, maximumSignificantDigits: 2 });

/** The largest norm of a layer's gradient divided by the smallest; not finite if a norm is zero or NaN. */
function computeSpread({ gradientNorms }: ArmResult): number {
  const norms = gradientNorms.map(({ norm }) => norm);
  return Math.max(...norms) / Math.min(...norms);
}

function describeGeneralization(arms: readonly ArmResult[]): string[] {
  const gaps = arms.map(({ finalHeldOutAccuracy, testAccuracy }) => finalHeldOutAccuracy - testAccuracy);
  const words = gaps.map((gap) => `${formatPoints(gap)} ${gap >= 0 ? "above" : "below"}`).join(" and ");
  return [`The accuracy on held-out images ends ${words} that on test images.`];
}

const describeDivergence = ({ normalization, testLoss }: ArmResult): string[] =>
  isDiverged(testLoss) ? [`${capitalize(describeArm(normalization))} the training diverged.`] : [];

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
