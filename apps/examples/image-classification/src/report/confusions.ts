import { makeConfusionMatrix, type Section, type Table } from "@evenkeel/report";
import type { ArmResult } from "../training/arm-result.ts";
import { describeArm } from "../words.ts";

/** A matrix of more classes cannot be read. */
const mostClasses = 30;
const confusionsShown = 15;

/** The confusion matrix of each arm, or the most frequent confusions of many classes. */
export function drawConfusions(arms: readonly ArmResult[], classes: readonly string[]): Section {
  if (classes.length > mostClasses) {
    return {
      heading: "The most frequent confusions",
      note: `Of ${classes.length.toLocaleString("en")} classes, in numbers of test images.`,
      blocks: arms.map((arm) => listConfusions(arm, classes)),
    };
  }
  return {
    heading: "Confusion matrices",
    note: "The number of test images; a shade is a share of its row.",
    blocks: arms.map(({ normalization, confusion }) =>
      makeConfusionMatrix({
        title: `Predictions ${describeArm(normalization)}`,
        classes,
        counts: confusion,
      }),
    ),
  };
}

function listConfusions({ normalization, confusion }: ArmResult, classes: readonly string[]): Table {
  const mistakes = confusion.flatMap((row, label) =>
    row.flatMap((count, predicted) =>
      count === 0 || predicted === label ? [] : [{ label, predicted, count }],
    ),
  );
  mistakes.sort((one, other) => other.count - one.count);
  return {
    kind: "table",
    caption: `Predictions ${describeArm(normalization)}`,
    columns: [{ name: "true class" }, { name: "predicted class", kind: "text" }, { name: "images" }],
    rows: mistakes
      .slice(0, confusionsShown)
      .map(({ label, predicted, count }) => [classes[label]!, classes[predicted]!, String(count)]),
  };
}
