import { describeData } from "@evenkeel/example-task";
import {
  type Block,
  drawReport as draw,
  type LineChart,
  makeConfusionMatrix,
  type Section,
  type Table,
} from "@evenkeel/report";
import type { Data } from "./data/data.ts";
import { describeFindings } from "./findings.ts";
import type { Normalization } from "./options.ts";
import { type Result, resultRows, summarizeArm } from "./run-result.ts";
import { type ArmResult, type Epoch, joinFolds, type Mistake } from "./training/results.ts";
import { describeArm, formatPercent, nameArm } from "./words.ts";

const mistakesShown = 10;

/** The report as one HTML page: findings, a table, curves, confusions and the worst mistakes. */
export function drawReport(result: Result, data: Data): string {
  const { arms, options } = result;
  return draw({
    title:
      arms.length > 1
        ? "Texts classified with and without batch normalization"
        : `Texts classified ${describeArm(arms[0]!.normalization)}`,
    name: `Evenkeel: ${options.model} of ${data.name}`,
    setting: describeSetting(result, data),
    findings: describeFindings(result),
    sections: [
      { blocks: [drawTable(arms), ...drawCurves(arms), ...drawFolds(arms)] },
      {
        heading: "Confusion matrices",
        note: "Test texts: a row for each class, a column for each predicted class.",
        blocks: arms.map(({ normalization, folds }) =>
          makeConfusionMatrix({
            title: capitalize(describeArm(normalization)),
            classes: data.classes,
            counts: joinFolds(folds).confusion,
          }),
        ),
      },
      ...arms.map((arm) => drawMistakes(arm, data.classes)),
    ],
  });
}

function describeSetting({ options, device, date, version, data: origin }: Result, data: Data): string[] {
  const { model, epochs, batchSize, learningRate, seed } = options;
  const { train, validation } = data.folds.at(-1)!;
  const held = validation.length === 0 ? "" : `, ${validation.length.toLocaleString("en")} for validation`;
  const folds = data.folds.length === 1 ? "" : `, ${data.folds.length} parts of a cross-validation`;
  return [
    `${describeData(origin)}: ${train.length.toLocaleString("en")} texts to train on${held}${folds}`,
    `A network over ${model}; ${epochs} epochs, batch ${batchSize}, learning rate ${learningRate}, seed ${seed}; ${device}`,
    `${date}, Evenkeel ${version}`,
  ];
}

const drawTable = (arms: readonly ArmResult[]): Table => ({
  kind: "table",
  caption: "Results",
  columns: [{ name: "" }, ...arms.map(({ normalization }) => ({ name: nameArm(normalization) }))],
  rows: resultRows.map(([name, write]) => [name, ...arms.map(write)]),
});

/** The row of the palette is the same for an arm in every chart. */
const findSlot = (normalization: Normalization): number =>
  ({ batch: 0, none: 1, "batch-unmasked": 2 })[normalization];

function drawCurves(arms: readonly ArmResult[]): readonly LineChart[] {
  const makeChart = (title: string, name: string, read: (epoch: Epoch) => number): LineChart => ({
    kind: "line-chart",
    title,
    x: { name: "epoch" },
    y: { name },
    series: arms.map(({ normalization, folds }) => ({
      name: nameArm(normalization),
      slot: findSlot(normalization),
      points: computeMeans(folds.map(({ epochs }) => epochs.map(read))),
    })),
  });
  const loss = makeChart("Training loss, mean of each epoch", "cross-entropy", (epoch) => epoch.loss);
  const accuracy = makeChart("Accuracy on held-out texts", "accuracy", (epoch) => epoch.accuracy);
  const isValidated = accuracy.series.every(({ points }) => points.every(([, y]) => Number.isFinite(y)));
  return isValidated ? [loss, accuracy] : [loss];
}

/** The mean over folds of each epoch, counted from 1. */
const computeMeans = (folds: readonly (readonly number[])[]): [epoch: number, mean: number][] =>
  folds[0]!.map((_, epoch) => [
    epoch + 1,
    folds.reduce((sum, values) => sum + values[epoch]!, 0) / folds.length,
  ]);

function drawFolds(arms: readonly ArmResult[]): readonly Block[] {
  const count = arms[0]!.folds.length;
  if (count === 1) return [];
  return [
    {
      kind: "bar-chart",
      title: "Accuracy of each part of the cross-validation",
      value: { name: "accuracy", include: [0, 1] },
      categories: Array.from({ length: count }, (_, fold) => `part ${fold + 1}`),
      series: arms.map((arm) => ({
        name: nameArm(arm.normalization),
        slot: findSlot(arm.normalization),
        values: summarizeArm(arm).foldAccuracies,
      })),
    },
  ];
}

function drawMistakes({ normalization, folds }: ArmResult, classes: readonly string[]): Section {
  const { mistakes } = joinFolds(folds);
  const heading = `Worst mistakes ${describeArm(normalization)}`;
  if (mistakes.length === 0) return { heading, blocks: [{ kind: "paragraph", text: "None." }] };
  const write = ({ text, label, predicted, probability }: Mistake): string[] => [
    text,
    classes[label]!,
    classes[predicted]!,
    formatPercent(probability),
  ];
  return {
    heading,
    note: "The wrong predictions of which the network was most certain.",
    blocks: [
      {
        kind: "table",
        columns: [
          { name: "text", kind: "text" },
          { name: "class", kind: "text" },
          { name: "predicted", kind: "text" },
          { name: "probability", kind: "number" },
        ],
        rows: mistakes.slice(0, mistakesShown).map(write),
      },
    ],
  };
}

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
