import type { Batches, ImageSet } from "@evenkeel/datasets";
import type { Module } from "@evenkeel/nn";
import { logSoftmax, scope } from "@evenkeel/tensor";
import type { ArmResult, Mistake } from "./arm-result.ts";

type TestResults = Pick<ArmResult, "testAccuracy" | "testLoss" | "confusion" | "mistakes">;

const mistakesKept = 8;

/** Runs the model in evaluation mode on a whole set, in order, and compares the predictions with the labels. */
export async function testModel(
  model: Module,
  { set, data, signal }: { readonly set: ImageSet; readonly data: Batches; readonly signal: AbortSignal },
): Promise<TestResults> {
  const classes = set.classes.length;
  const logProbabilities = new Float32Array(set.labels.length * classes);
  model.eval();
  let at = 0;
  for await (const { inputs, labels } of data.epoch(0)) {
    const output = scope(() => logSoftmax(model.forward(inputs)));
    const values = await output.data();
    for (const tensor of [inputs, labels, output]) tensor.dispose();
    signal.throwIfAborted();
    logProbabilities.set(values as Float32Array, at);
    at += values.length;
  }
  return compare(logProbabilities, set);
}

/** `logProbabilities` has one row of all classes for each image. */
export function compare(
  logProbabilities: Float32Array,
  { labels, classes: { length: classes } }: Pick<ImageSet, "labels" | "classes">,
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
