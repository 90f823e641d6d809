import type { Data } from "../data.ts";
import { describeData, mayBeShown } from "../data.ts";
import { listGradientRows, type RunResult } from "../run-result.ts";
import type { ArmResult } from "../training/arm-result.ts";
import { describeArm, formatPercent } from "../words.ts";
import { drawLineChart, type Series } from "./chart.ts";
import { drawConfusionMatrix } from "./confusion.ts";
import { describeFindings } from "./findings.ts";
import { escapeHtml } from "./html.ts";
import { drawMistakes } from "./mistakes.ts";
import { style } from "./style.ts";

const colors = { batch: "#0b7285", none: "#d9480f" } as const;

/** The report as one HTML page: findings, a table, curves, and wrong predictions. It works offline. */
export function report(result: RunResult, { test }: Pick<Data, "test">): string {
  const { arms, model, data } = result;
  const title =
    arms.length > 1
      ? "The same network with and without batch normalization"
      : `Trained ${describeArm(arms[0]!.normalization)}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Evenkeel: ${escapeHtml(model)} on ${escapeHtml(data.name)}</title>
<style>${style}</style>
<h1>${title}</h1>
${writeSetting(result)}
<p class="findings">${preventBreaks(escapeHtml(describeFindings(result).join(" ")))}</p>
<div class="results">
${writeTable(arms)}
${drawCharts(arms).join("\n")}
</div>
<h2>Confusion matrices</h2>
<p class="note">Test images: a row for each class, a column for each predicted class.</p>
<div class="results">
${arms.map((arm) => drawConfusionMatrix(arm, test.classes)).join("\n")}
</div>
${arms.map((arm) => drawWorstMistakes(arm, result, test)).join("\n")}
</html>
`;
}

/** A number and its unit stay on one line. */
const preventBreaks = (html: string): string => html.replace(/(\d) (%|points|steps)/g, "$1&nbsp;$2");

function writeSetting(result: RunResult): string {
  const { data, model, device, seed, batchSize, learningRate, trainImages, date, version } = result;
  const images = `${describeData(data)}, ${trainImages.toLocaleString("en")} training images`;
  const training = `${model}, batch ${batchSize}, learning rate ${learningRate}, seed ${seed}; ${device}`;
  return [`${images}; ${training}`, `${date}, Evenkeel ${version}`]
    .map((line) => `<p class="setting">${escapeHtml(line)}</p>`)
    .join("\n");
}

function drawWorstMistakes(arm: ArmResult, { data }: RunResult, test: Data["test"]): string {
  const heading = `<h2>Worst mistakes ${describeArm(arm.normalization)}</h2>`;
  if (arm.mistakes.length === 0) return `${heading}\n<p class="note">None.</p>`;
  if (mayBeShown(data.name)) return `${heading}\n${drawMistakes(arm, test)}`;
  return `${heading}\n<p class="note">Not shown: no licence permits redistributing the images of ${escapeHtml(data.name)}.</p>`;
}

function writeTable(arms: readonly ArmResult[]): string {
  const rows: [string, (arm: ArmResult) => string][] = [
    ["test accuracy", ({ testAccuracy }) => formatPercent(testAccuracy)],
    ["held-out accuracy", ({ finalHeldOutAccuracy }) => formatPercent(finalHeldOutAccuracy)],
    ["test loss", ({ testLoss }) => testLoss.toFixed(4)],
    [
      "steps to 85 % of the held-out images",
      ({ stepsTo85 }) => (stepsTo85 === null ? "never" : String(stepsTo85)),
    ],
    ["training images per second", ({ imagesPerSecond }) => imagesPerSecond.toFixed(0)],
    ["epochs", ({ epochs }) => String(epochs)],
    ["parameters", ({ parameters }) => parameters.toLocaleString("en")],
  ];
  const line = (name: string, cells: readonly string[]): string =>
    `<tr><td>${escapeHtml(name)}</td>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`;
  return `<table>
<tr><th></th>${arms.map(({ normalization }) => `<th>${describeArm(normalization)}</th>`).join("")}</tr>
${rows.map(([name, cell]) => line(name, arms.map(cell))).join("\n")}
<tr><th>gradient norm at the first batch</th>${arms.map(() => "<th></th>").join("")}</tr>
${listGradientRows(arms)
  .map(([name, ...cells]) => line(name!.trim(), cells))
  .join("\n")}
</table>`;
}

function drawCharts(arms: readonly ArmResult[]): string[] {
  const series = (points: (arm: ArmResult) => Series["points"]): Series[] =>
    arms.map((arm) => ({
      name: describeArm(arm.normalization),
      color: colors[arm.normalization],
      points: points(arm),
    }));
  return [
    drawLineChart({
      title: "Training loss (mean of 25 steps)",
      xLabel: "step",
      yLabel: "cross-entropy",
      logarithmic: true,
      series: series(({ losses }) => computeGroupMeans(losses, 25)),
    }),
    drawLineChart({
      title: "Accuracy on held-out images",
      xLabel: "step",
      yLabel: "accuracy",
      mark: { y: 0.85, name: "85 %" },
      series: series(({ heldOutAccuracy }) => heldOutAccuracy),
    }),
    drawLineChart({
      title: "Gradient norm of each layer's weight, first batch",
      xLabel: "layer, from the input to the output",
      yLabel: "Euclidean norm",
      logarithmic: true,
      categories: arms[0]!.gradientNorms.map(({ layer }) => layer),
      series: series(({ gradientNorms }) => gradientNorms.map(({ norm }, index) => [index, norm])),
    }),
  ];
}

/** The means of complete groups of consecutive points, each at the last step of its group; all points if they are fewer. */
function computeGroupMeans(points: Series["points"], group: number): Series["points"] {
  const size = Math.min(group, points.length);
  return Array.from({ length: Math.floor(points.length / size) || 0 }, (_, index) => {
    const part = points.slice(index * size, (index + 1) * size);
    return [part.at(-1)![0], part.reduce((sum, [, y]) => sum + y, 0) / size] as const;
  });
}
