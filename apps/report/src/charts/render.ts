import type { EChartsOption } from "echarts";
import { init } from "echarts/dist/echarts.esm.min.mjs";
import { escapeHtml } from "../page/escape.ts";

/** A chart that is ready to be drawn. */
export interface Drawing {
  readonly title: string;
  /** What the chart shows, in words, for those who do not see it. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly option: EChartsOption;
}

/**
 * Draws the chart as an SVG element that is scaled to the available width. `style` are rules for an element that stands alone. `id` must differ from
 * those of other charts on the page.
 */
export function renderSvg(
  { title, description, width, height, option }: Drawing,
  id: string,
  style = "",
): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({ animation: false, ...option });
    const svg = chart.renderToSVGString({ useViewBox: true });
    const head = [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">`,
      `<desc>${escapeHtml(description)}</desc>`,
      ...(style === "" ? [] : [`<style>${style}</style>`]),
    ];
    return `${head.join("\n")}\n${keepShapes(svg, id)}\n</svg>`;
  } finally {
    chart.dispose();
  }
}

/** Only what is visible: neither marks and rules for pointers, nor identifiers that count the charts of the process. */
function keepShapes(svg: string, id: string): string {
  return svg
    .replace(/^<svg[^>]*>\s*/, "")
    .replace(/\s*<\/svg>\s*$/, "")
    .replace(/<style\s*>[\s\S]*?<\/style>/g, "")
    .replace(/ (?:ecmeta_\w+|class|pointer-events)="[^"]*"/g, "")
    .replace(/\bzr\d+-/g, `${id}-`)
    .replace(/\n\s*\n/g, "\n")
    .trim();
}
