import { formatLoss, type Session, type TrainedArm } from "@evenkeel/example-task";
import type { Module } from "@evenkeel/nn";
import { logSoftmax, scope } from "@evenkeel/tensor";
import type { Data } from "../data.ts";
import type { DataPart } from "../images/data-part.ts";
import type { Options } from "../options.ts";
import { formatPercent } from "../words.ts";
import type { ArmResult, Mistake } from "./arm-result.ts";
import type { Description } from "./networks.ts";

type TestResults = Pick<ArmResult, "testAccuracy" | "testLoss" | "confusion" | "mistakes">;

const mistakesKept = 8;

/** Runs the model in evaluation mode on all images, in order, and compares the predictions with the labels. */
export async function testModel(model: Module, part: DataPart, signal: AbortSignal): Promise<TestResults> {
  const classes = part.classes.length;
  const logProbabilities = new Float32Array(part.labels.length * classes);
  model.eval();
  let at = 0;
  for await (const { inputs, labels } of part.makeEvaluationBatches().epoch(0)) {
    const output = scope(() => logSoftmax(model.forward(inputs)));
    const values = await output.data();
    for (const tensor of [inputs, labels, output]) tensor.dispose();
    signal.throwIfAborted();
    logProbabilities.set(values as Float32Array, at);
    at += values.length;
  }
  return compare(logProbabilities, part);
}

/** Tests a trained network again; returns the lines to print. */
export async function evaluateNetwork(
  { model }: TrainedArm<Options, Description>,
  { test }: Data,
  { signal }: Session,
): Promise<readonly string[]> {
  const { testAccuracy, testLoss } = await testModel(model as Module, test, signal);
  return [`test accuracy ${formatPercent(testAccuracy)}, test loss ${formatLoss(testLoss, 4)}`];
}

/** `logProbabilities` has one row of all classes for each image. */
export function compare(
  logProbabilities: Float32Array,
  { labels, classes: { length: classes } }: Pick<DataPart, "labels" | "classes">,
): TestResults {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const mistakes: Mistake[] = [];
  let loss = 0;
  for (const [image, label] of labels.entries()) {
    const row = logProbabilities.subarray(image * classes, (image + 1) * classes);
    const predicted = findLargest(row);
    loss -= row[label]!;
    confusion[label]![predicted]!++;
    if (predicted !== label)
      mistakes.push({ image, label, predicted, probability: Math.exp(row[predicted]!) });
  }
  mistakes.sort((a, b) => b.probability - a.probability || a.image - b.image);
  return {
    testAccuracy: (labels.length - mistakes.length) / labels.length,
    testLoss: loss / labels.length,
    confusion,
    mistakes: mistakes.slice(0, mistakesKept),
  };
}

function findLargest(values: Float32Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! > values[best]!) best = index;
  return best;
}
