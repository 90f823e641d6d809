import { drawChart } from "../charts/draw-chart.ts";
import { escapeHtml, escapeProse } from "../page/escape.ts";
import { drawPictures } from "../pictures/draw-pictures.ts";
import type { Block } from "./blocks.ts";
import { drawHighlights } from "./highlights.ts";
import { drawTable } from "./table.ts";

/** Blocks in a grid of one column or two; `nameChart` returns a new identifier at every call. */
export const drawBlocks = (blocks: readonly Block[], nameChart: () => string): string =>
  `<div class="blocks">\n${blocks.map((block) => drawBlock(block, nameChart)).join("\n")}\n</div>`;

function drawBlock(block: Block, nameChart: () => string): string {
  switch (block.kind) {
    case "table":
      return drawTable(block);
    case "pictures":
      return drawPictures(block);
    case "highlights":
      return drawHighlights(block);
    case "paragraph":
      return `<p class="wide${block.tone === "note" ? " note" : ""}">${escapeProse(block.text)}</p>`;
    case "list":
      return `<ul class="wide">${block.items.map((item) => `<li>${escapeProse(item)}</li>`).join("")}</ul>`;
    case "fold":
      return `<details class="wide"><summary>${escapeHtml(block.heading)}</summary>\n${drawBlocks(block.blocks, nameChart)}\n</details>`;
    default:
      return drawChart(block, nameChart());
  }
}
