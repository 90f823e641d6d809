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
 * Draws the chart as an SVG element that is scaled to the available width. `id` must differ from those of other charts on the page. `attributes` and
 * `style`, its rules, are for an element that stands alone.
 */
export function renderSvg(
  { title, description, width, height, option }: Drawing,
  id: string,
  { attributes = "", style }: { readonly attributes?: string; readonly style?: string } = {},
): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({ animation: false, ...option });
    return [
      `<svg${attributes} viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">`,
      `<desc>${escapeHtml(description)}</desc>`,
      ...(style === undefined ? [] : [`<style>${style}</style>`]),
      keepShapes(chart.renderToSVGString({ useViewBox: true }), id),
      "</svg>",
    ].join("\n");
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
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/ (?:ecmeta_\w+|class|pointer-events)="[^"]*"/g, ""))
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\bzr\d+-/g, `${id}-`))
    .replace(/<path d=""[^>]*><\/path>|<(rect|path) [^>]*(?:fill="none"|fill-opacity="0"[^>]*)><\/\1>/g, "")
    .replace(/\n\s*\n/g, "\n")
    .trim();
}
