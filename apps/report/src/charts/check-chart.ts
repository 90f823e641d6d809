import { ArgumentError } from "@evenkeel/tensor";
import type { BarChart, Chart, Heatmap, ScatterChart } from "./charts.ts";

/** Throws ArgumentError for parts of a chart whose numbers of entries do not match. */
export function checkChart(chart: Chart): void {
  if (chart.kind === "bar-chart") checkBars(chart);
  if (chart.kind === "heatmap") checkGrid(chart);
  if (chart.kind === "scatter-chart") checkLabels(chart);
}

function checkLength(
  name: string,
  found: readonly unknown[] | undefined,
  expected: number,
  of: string,
): void {
  if (found === undefined || found.length === expected) return;
  throw new ArgumentError(`${name}: found ${found.length}, expected ${expected}, one for each ${of}`);
}

function checkBars({ title, value, categories, series }: BarChart): void {
  if (value.scale === "logarithmic") {
    throw new ArgumentError(
      `${title}: value.scale: found "logarithmic", expected "linear" for bars, which begin at zero`,
    );
  }
  series.forEach(({ values, intervals, labels, slots }, index) => {
    for (const [name, part] of Object.entries({ values, intervals, labels, slots })) {
      checkLength(`${title}: series[${index}].${name}`, part, categories.length, "category");
    }
  });
}

function checkGrid({ title, rows, columns, values, texts, slots }: Heatmap): void {
  for (const [name, grid] of Object.entries({ values, texts, slots })) {
    checkLength(`${title}: ${name}`, grid, rows.categories.length, "row");
    grid?.forEach((line, row) => {
      checkLength(`${title}: ${name}[${row}]`, line, columns.categories.length, "column");
    });
  }
}

function checkLabels({ title, series }: ScatterChart): void {
  series.forEach(({ points, labels }, index) => {
    checkLength(`${title}: series[${index}].labels`, labels, points.length, "point");
  });
}
