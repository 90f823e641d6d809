import type { Report, Section } from "./blocks/blocks.ts";
import { drawBlocks } from "./blocks/draw-block.ts";
import { escapeHtml, escapeProse } from "./page/escape.ts";
import { style } from "./page/style.ts";

/**
 * Draws a report as one HTML page, which follows the theme of the reader, fits a phone, and needs neither scripts nor a network. All texts are
 * plain, and are escaped here.
 */
export function drawReport({ title, name = title, setting, findings, sections }: Report): string {
  let charts = 0;
  const nameChart = (): string => `chart-${++charts}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(name)}</title>
<style>${style}</style>
<h1>${escapeHtml(title)}</h1>
${setting.map((line) => `<p class="setting">${escapeHtml(line)}</p>`).join("\n")}
${findings.length === 0 ? "" : `<p class="findings">${escapeProse(findings.join(" "))}</p>`}
${sections.map((section) => drawSection(section, nameChart)).join("\n")}
</html>
`;
}

function drawSection({ heading, note, blocks }: Section, nameChart: () => string): string {
  return [
    "<section>",
    ...(heading === undefined ? [] : [`<h2>${escapeHtml(heading)}</h2>`]),
    ...(note === undefined ? [] : [`<p class="note">${escapeProse(note)}</p>`]),
    ...(blocks.length === 0 ? [] : [drawBlocks(blocks, nameChart)]),
    "</section>",
  ].join("\n");
}
