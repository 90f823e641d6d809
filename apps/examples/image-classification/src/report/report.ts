import { basename } from "node:path";
import { formatLoss } from "@evenkeel/example-task";
import { drawReport, type Fold, type Section, type Table } from "@evenkeel/report";
import type { Data } from "../data.ts";
import { mayBeShown } from "../data.ts";
import { describeSource, listGradientRows, type RunResult } from "../run-result.ts";
import type { ArmResult } from "../training/arm-result.ts";
import { describeArm, formatPercent } from "../words.ts";
import { drawConfusions } from "./confusions.ts";
import { listCurves } from "./curves.ts";
import { describeFindings } from "./findings.ts";
import { listMistakes } from "./mistakes.ts";

/** The report as one HTML page: findings, a table, curves, and wrong predictions. */
export async function report(result: RunResult, { test }: Pick<Data, "test">): Promise<string> {
  const { arms, model, data, folder } = result;
  const mistakes = await Promise.all(arms.map((arm) => describeWorstMistakes(arm, result, test)));
  return drawReport({
    title:
      arms.length > 1
        ? "The same network with and without batch normalization"
        : `Trained ${describeArm(arms[0]!.normalization)}`,
    name: `Evenkeel: ${model} on ${data.name === "folder" ? basename(folder) : data.name}`,
    setting: describeSetting(result),
    findings: describeFindings(result),
    sections: [
      { blocks: [makeTable(arms), ...listCurves(arms), foldGradientNorms(arms)] },
      drawConfusions(arms, test.classes),
      ...mistakes,
    ],
  });
}

function describeSetting(result: RunResult): string[] {
  const { model, device, seed, batchSize, learningRate, trainImages, date, version } = result;
  const images = `${describeSource(result)}, ${trainImages.toLocaleString("en")} training images`;
  const training = `${model}, batch ${batchSize}, learning rate ${learningRate}, seed ${seed}; ${device}`;
  return [`${images}; ${training}`, `${date}, Evenkeel ${version}`];
}

async function describeWorstMistakes(
  arm: ArmResult,
  { data }: RunResult,
  test: Data["test"],
): Promise<Section> {
  const heading = `Worst mistakes ${describeArm(arm.normalization)}`;
  if (arm.mistakes.length === 0) return { heading, note: "None.", blocks: [] };
  if (!mayBeShown(data.name)) {
    const note = `Not shown: no licence permits redistributing the images of ${data.name}.`;
    return { heading, note, blocks: [] };
  }
  return { heading, blocks: [{ kind: "pictures", size: "small", pictures: await listMistakes(arm, test) }] };
}

function makeTable(arms: readonly ArmResult[]): Table {
  const rows: [string, (arm: ArmResult) => string][] = [
    ["test accuracy", ({ testAccuracy }) => formatPercent(testAccuracy)],
    ["held-out accuracy", ({ finalHeldOutAccuracy }) => formatPercent(finalHeldOutAccuracy)],
    ["test loss", ({ testLoss }) => formatLoss(testLoss, 4)],
    [
      "steps to 85 % of the held-out images",
      ({ stepsTo85 }) => (stepsTo85 === null ? "never" : String(stepsTo85)),
    ],
    ["training images per second", ({ imagesPerSecond }) => imagesPerSecond.toFixed(0)],
    ["epochs", ({ epochs }) => String(epochs)],
    ["parameters", ({ parameters }) => parameters.toLocaleString("en")],
  ];
  return {
    kind: "table",
    columns: listColumns(arms),
    rows: rows.map(([name, cell]) => [name, ...arms.map(cell)]),
  };
}

const listColumns = (arms: readonly ArmResult[]): Table["columns"] => [
  { name: "" },
  ...arms.map(({ normalization }) => ({ name: describeArm(normalization) })),
];

/** Deep networks have many layers, and the chart shows their order. */
const foldGradientNorms = (arms: readonly ArmResult[]): Fold => ({
  kind: "fold",
  heading: "Gradient norm of each layer's weight at the first batch",
  blocks: [
    {
      kind: "table",
      columns: listColumns(arms),
      rows: listGradientRows(arms).map(([layer, ...norms]) => [layer!.trim(), ...norms]),
    },
  ],
});
