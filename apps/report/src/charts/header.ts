import { getColor, getNeutral, getPaletteRow } from "../page/palette.ts";
import type { Slot } from "./charts.ts";
import { fontFamily, fontSize, measureText, wrapText } from "./text-size.ts";

/** The width of most drawings. */
export const chartWidth = 400;
const titleSize = 14;
const titleLine = 18;
const legendLine = 18;
const icon = { width: 26, gap: 5, space: 14 };

export interface LegendEntry {
  readonly name: string;
  readonly slot: Slot;
}

/** The title and the legend, and where the chart below them begins. */
export interface Header {
  readonly title: object;
  readonly legend: readonly object[];
  readonly bottom: number;
}

/** A legend only where there is more than one series to tell apart. */
export function makeHeader(
  title: string,
  entries: readonly LegendEntry[],
  width: number = chartWidth,
): Header {
  const lines = wrapText(title, width, titleSize);
  const rows = entries.length > 1 ? divideIntoRows(entries, width) : [];
  const top = lines.length * titleLine + 4;
  return {
    title: {
      text: lines.join("\n"),
      left: 0,
      top: 0,
      padding: 0,
      textStyle: {
        fontFamily,
        fontSize: titleSize,
        lineHeight: titleLine,
        fontWeight: 600,
        color: getNeutral("ink"),
      },
    },
    legend: rows.map((row, index) => makeLegendRow(row, top + index * legendLine)),
    bottom: top + rows.length * legendLine + 10,
  };
}

function divideIntoRows(entries: readonly LegendEntry[], width: number): LegendEntry[][] {
  const rows: LegendEntry[][] = [];
  let used = width;
  for (const entry of entries) {
    const size = icon.width + icon.gap + measureText(entry.name) + icon.space;
    if (used + size - icon.space > width) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)!.push(entry);
    used += size;
  }
  return rows;
}

const makeLegendRow = (entries: readonly LegendEntry[], top: number): object => ({
  data: entries.map(({ name, slot }) => ({
    name,
    lineStyle: { color: getColor(slot), type: getPaletteRow(slot).line },
  })),
  left: 0,
  top,
  padding: 0,
  itemWidth: icon.width,
  itemHeight: 10,
  itemGap: icon.space,
  selectedMode: false,
  textStyle: { fontFamily, fontSize, color: getNeutral("soft"), padding: [0, 0, 0, icon.gap - 5] },
});
