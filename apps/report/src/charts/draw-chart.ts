import { colorRules } from "../page/palette.ts";
import { planBarChart } from "./bar-chart.ts";
import type { Chart } from "./charts.ts";
import { checkChart } from "./check-chart.ts";
import { chartWidth } from "./header.ts";
import { planHeatmap } from "./heatmap.ts";
import { planLineChart } from "./line-chart.ts";
import { type Drawing, renderSvg } from "./render.ts";
import { planScatterChart } from "./scatter-chart.ts";

function planChart(chart: Chart): Drawing {
  checkChart(chart);
  switch (chart.kind) {
    case "line-chart":
      return planLineChart(chart);
    case "bar-chart":
      return planBarChart(chart);
    case "scatter-chart":
      return planScatterChart(chart);
    case "heatmap":
      return planHeatmap(chart);
  }
}

/** The largest width of an ordinary chart on a page, as the style sheet has it. */
const chartRem = 32;

/** Draws a chart for a page, over its whole width if it is large; `id` must differ from those of the page's other charts. */
export function drawChart(chart: Chart, id: string): string {
  const drawing = planChart(chart);
  // The texts of large drawings are no larger than those of others.
  const place =
    drawing.width > chartWidth
      ? `class="wide" style="max-width: ${((chartRem * drawing.width) / chartWidth).toFixed(1)}rem"`
      : 'class="chart"';
  return `<div ${place}>${renderSvg(drawing, id)}</div>`;
}

/** Draws a chart as the contents of an SVG file, which follows the theme by itself, for documents in Markdown. */
export function drawStandaloneSvg(chart: Chart): string {
  const drawing = planChart(chart);
  const { width, height } = drawing;
  // Its own size in pixels is a third larger than its units, so that its text is as large as that of a document.
  const attributes = ` xmlns="http://www.w3.org/2000/svg" width="${Math.round(width * 1.35)}" height="${Math.round(height * 1.35)}"`;
  return `${renderSvg(drawing, "chart", { attributes, style: `${colorRules}\nsvg { background: var(--page); }` })}\n`;
}
