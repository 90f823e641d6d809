import { getColor, getNeutral, getPaletteRow, type Slot } from "../page/palette.ts";
import type { ReferenceLine } from "./axis.ts";
import { computeReferenceRoom } from "./reference-lines.ts";
import { fontFamily, fontSize, measureText, wrapText } from "./text-size.ts";

/** The width of most drawings. */
export const chartWidth = 400;
const titleSize = 14;
const titleLine = 18;
const legendLine = 18;
const icon = { line: 26, mark: 12, gap: 6, space: 14 };

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

interface HeaderOptions {
  readonly width?: number;
  /** Whether an entry of the legend shows a piece of a line, or a mark alone. */
  readonly hasLines?: boolean;
  readonly references?: readonly ReferenceLine[];
}

/** A legend only where there is more than one series to tell apart. */
export function makeHeader(
  title: string,
  entries: readonly LegendEntry[],
  { width = chartWidth, hasLines = false, references = [] }: HeaderOptions = {},
): Header {
  const lines = wrapText(title, width, titleSize);
  const top = lines.length * titleLine + 4;
  const iconWidth = hasLines ? icon.line : icon.mark;
  const places = entries.length > 1 ? placeEntries(entries, width, iconWidth) : [];
  const rows = Math.max(0, ...places.map(({ row }) => row + 1));
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
    legend: places.map(({ entry, left, row }) =>
      makeLegend(entry, { left, top: top + row * legendLine, iconWidth }),
    ),
    bottom: top + rows * legendLine + computeReferenceRoom(references) + 10,
  };
}

interface PlacedEntry {
  readonly entry: LegendEntry;
  readonly left: number;
  readonly row: number;
}

/** One beside the other as long as there is room. */
function placeEntries(entries: readonly LegendEntry[], width: number, iconWidth: number): PlacedEntry[] {
  let [left, row] = [0, 0];
  return entries.map((entry) => {
    const size = iconWidth + icon.gap + measureText(entry.name);
    if (left > 0 && left + size > width) [left, row] = [0, row + 1];
    const place = { entry, left, row };
    left += size + icon.space;
    return place;
  });
}

/** A legend of one entry, whose place does not depend on how wide ECharts takes the others to be. */
const makeLegend = (
  { name, slot }: LegendEntry,
  { left, top, iconWidth }: { readonly left: number; readonly top: number; readonly iconWidth: number },
): object => ({
  data: [{ name, lineStyle: { color: getColor(slot), type: getPaletteRow(slot).line, width: 2 } }],
  left,
  top,
  padding: 0,
  itemWidth: iconWidth,
  itemHeight: 10,
  selectedMode: false,
  textStyle: { fontFamily, fontSize, color: getNeutral("soft") },
});
