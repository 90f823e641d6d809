import type { Data } from "../data.ts";
import { describeData } from "../data.ts";
import { gradientRows, type RunResult } from "../run-result.ts";
import type { ArmResult } from "../training/arm-result.ts";
import { nameOfArm, percent } from "../words.ts";
import type { Series } from "./chart.ts";
import { escapeHtml, lineChart } from "./chart.ts";

const colors = { batch: "#0b7285", none: "#d9480f" } as const;

const style = `
:root { color-scheme: light dark; --ink: #1c2326; --soft: #66757c; --line: #dfe5e8; --page: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ecef; --soft: #93a3ab; --line: #333d42; --page: #14191b; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; } p.setting { color: var(--soft); margin-top: .25rem; }
table { border-collapse: collapse; margin: 1.5rem 0; } th, td { padding: .35rem 1.2rem .35rem 0; border-bottom: 1px solid var(--line); text-align: right; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child { text-align: left; } th { font-weight: 600; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 1.5rem; }
svg { width: 100%; height: auto; } svg text { fill: var(--ink); font: 12px system-ui, sans-serif; } svg text.title { font-weight: 600; font-size: 14px; }
svg text.tick, svg text.label { fill: var(--soft); } svg .grid { stroke: var(--line); } svg .mark { stroke: var(--soft); stroke-dasharray: 4 4; }
`;

/** One HTML page with a table and curves; it opens without a network. */
export function report(result: RunResult, _data: Data): string {
  const { model, device, seed, batchSize, learningRate, trainImages, arms } = result;
  const setting = `${describeData(result.data)}, ${trainImages.toLocaleString("en")} training images; ${model}, batch ${batchSize}, learning rate ${learningRate}, seed ${seed}; ${device}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Evenkeel: ${escapeHtml(model)} on ${escapeHtml(result.data.name)}</title>
<style>${style}</style>
<h1>${arms.length > 1 ? "The same network with and without batch normalization" : `Trained ${nameOfArm(arms[0]!.normalization)}`}</h1>
<p class="setting">${escapeHtml(setting)}</p>
${table(arms)}
<div class="charts">
${charts(arms).join("\n")}
</div>
</html>
`;
}

function table(arms: readonly ArmResult[]): string {
  const rows: [string, (arm: ArmResult) => string][] = [
    ["test accuracy", ({ testAccuracy }) => percent(testAccuracy)],
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
<tr><th></th>${arms.map(({ normalization }) => `<th>${nameOfArm(normalization)}</th>`).join("")}</tr>
${rows.map(([name, cell]) => line(name, arms.map(cell))).join("\n")}
<tr><th>gradient norm at the first batch</th>${arms.map(() => "<th></th>").join("")}</tr>
${gradientRows(arms)
  .map(([name, ...cells]) => line(name!.trim(), cells))
  .join("\n")}
</table>`;
}

function charts(arms: readonly ArmResult[]): string[] {
  const series = (points: (arm: ArmResult) => Series["points"]): Series[] =>
    arms.map((arm) => ({
      name: nameOfArm(arm.normalization),
      color: colors[arm.normalization],
      points: points(arm),
    }));
  const layers = arms[0]?.gradientNorms.map((_, index) => String(index + 1)) ?? [];
  return [
    lineChart({
      title: "Training loss (mean of 25 steps)",
      xLabel: "step",
      yLabel: "cross-entropy",
      logarithmic: true,
      series: series(({ losses }) => groupMeans(losses, 25)),
    }),
    lineChart({
      title: "Accuracy on held-out images",
      xLabel: "step",
      yLabel: "share right",
      mark: { y: 0.85, name: "85 %" },
      series: series(({ heldOutAccuracy }) => heldOutAccuracy),
    }),
    lineChart({
      title: "Gradient norm of each layer's weight, first batch",
      xLabel: "layer, from the input to the output",
      yLabel: "Euclidean norm",
      logarithmic: true,
      categories: layers,
      series: series(({ gradientNorms }) => gradientNorms.map(({ norm }, index) => [index, norm])),
    }),
  ];
}

/** Means of whole groups of consecutive points, each at the last step of its group; of all points where they are fewer. */
function groupMeans(points: Series["points"], group: number): Series["points"] {
  const size = Math.min(group, points.length);
  return Array.from({ length: Math.floor(points.length / size) || 0 }, (_, index) => {
    const part = points.slice(index * size, (index + 1) * size);
    return [part.at(-1)![0], part.reduce((sum, [, y]) => sum + y, 0) / size] as const;
  });
}
