import type { LabelledText } from "@evenkeel/datasets";
import { formatLoss, type Session, type TrainedArm } from "@evenkeel/example-task";
import { predict } from "@evenkeel/nn";
import type { Data } from "../data/data.ts";
import { encode, makeTestBatches, type Reading } from "../data/encode.ts";
import type { Options } from "../options.ts";
import { formatPercent } from "../words.ts";
import { type Description, type Network, readVocabulary } from "./networks.ts";
import { computeAccuracy, countTexts, type Mistake, selectWorst, type TestResult } from "./results.ts";

interface TestSetting {
  readonly description: Description;
  readonly reading: Reading;
  readonly signal: AbortSignal;
}

/** The probabilities of the classes for each text. */
export async function classify(
  network: Network,
  texts: readonly LabelledText[],
  { description, reading, signal }: TestSetting,
): Promise<readonly (readonly number[])[]> {
  const examples = encode(texts, readVocabulary(description), reading);
  const { data } = await predict(network, { data: makeTestBatches(examples) as never, signal });
  const count = description.classes.length;
  return texts.map((_, index) => computeSoftmax([...data.subarray(index * count, (index + 1) * count)]));
}

function computeSoftmax(logits: readonly number[]): readonly number[] {
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Compares the predictions of a network with the labels. */
export async function testNetwork(
  network: Network,
  texts: readonly LabelledText[],
  setting: TestSetting,
): Promise<TestResult> {
  const probabilities = await classify(network, texts, setting);
  const { classes } = setting.description;
  const confusion = classes.map(() => classes.map(() => 0));
  const mistakes: Mistake[] = [];
  let lossSum = 0;
  for (const [index, { text, label }] of texts.entries()) {
    const row = probabilities[index]!;
    const predicted = findLargest(row);
    confusion[label]![predicted]!++;
    lossSum -= Math.log(row[label]!);
    if (predicted !== label) mistakes.push({ text, label, predicted, probability: row[predicted]! });
  }
  return { confusion, lossSum, mistakes: selectWorst(mistakes) };
}

/** The index of the first of the largest values. */
export const findLargest = (values: readonly number[]): number =>
  values.reduce((best, value, index) => (value > values[best]! ? index : best), 0);

/** Tests the network that a run kept again; returns the lines to print. */
export async function evaluateNetwork(
  { model, description, options }: TrainedArm<Options, Description>,
  { folds }: Data,
  { signal }: Session,
): Promise<readonly string[]> {
  const { test } = folds.at(-1)!;
  const result = await testNetwork(model as Network, test, { description, reading: options, signal });
  const fold = folds.length === 1 ? "" : ` (the network of the last of ${folds.length} folds)`;
  const loss = result.lossSum / countTexts(result);
  return [
    `test accuracy ${formatPercent(computeAccuracy(result))} of ${test.length} texts, test loss ${formatLoss(loss, 4)}${fold}`,
  ];
}
