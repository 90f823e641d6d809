import { getColor, getNeutral } from "../page/palette.ts";
import { describeAxis } from "./axis.ts";
import type { Heatmap } from "./charts.ts";
import { makeCustomSeries, type Place, type Shape } from "./custom-series.ts";
import { chartWidth, makeHeader } from "./header.ts";
import { drawHeatScale } from "./heat-scale.ts";
import type { Drawing } from "./render.ts";
import { fontFamily, fontSize, measureLongest, measureText, shorten } from "./text-size.ts";
import { canShow, selectVisible } from "./ticks.ts";

const largestCell = 34;
const smallestCell = 8;
const longestName = 20;
const scaleHeight = 36;

/** The measures of the grid. */
interface Grid {
  readonly left: number;
  readonly top: number;
  readonly cell: { readonly width: number; readonly height: number };
  readonly width: number;
}

/** Lays out a grid of cells, with the names of the columns above it. */
export function planHeatmap(chart: Heatmap): Drawing {
  const { title, rows, columns, value } = chart;
  const names = [rows, columns].map(({ categories }) => categories.map((name) => shorten(name, longestName)));
  const grid = computeGrid(chart, names[0]!, names[1]!);
  const header = makeHeader(title, [], { width: grid.width });
  const height = grid.cell.height * Math.max(1, rows.categories.length);
  const range = chart.range ?? computeRange(chart);
  return {
    title,
    description: describeHeatmap(chart),
    width: grid.width,
    height: header.bottom + grid.top + height + 8 + (value === undefined ? 0 : scaleHeight),
    option: {
      title: header.title,
      grid: {
        left: grid.left,
        width: grid.cell.width * Math.max(1, columns.categories.length),
        top: header.bottom + grid.top,
        height,
        outerBoundsMode: "none",
      },
      xAxis: {
        ...makeGridAxis(columns.name, names[1]!, { room: grid.cell.width, nameGap: grid.top - 12 }),
        position: "top",
      },
      yAxis: {
        ...makeGridAxis(rows.name, names[0]!, {
          room: grid.cell.height,
          nameGap: grid.left - 17,
          isRow: true,
        }),
        inverse: true,
      },
      series: [makeCustomSeries((place) => drawCells(chart, range, grid, place), { isInFront: true })],
      graphic:
        value === undefined
          ? []
          : drawHeatScale(value, range, { x: grid.left, y: header.bottom + grid.top + height + 12 }),
    },
  };
}

const isSlanted = (names: readonly string[], room: number): boolean => measureLongest(names) + 6 > room;

function computeGrid(
  { rows, columns }: Heatmap,
  rowNames: readonly string[],
  columnNames: readonly string[],
): Grid {
  const left = measureLongest(rowNames) + 8 + (rows.name === "" ? 0 : 20);
  const count = Math.max(1, columns.categories.length);
  const longest = measureLongest(columnNames);
  // The last slanted name leans over the right edge of the grid.
  const width = (chartWidth - left - Math.min(60, longest * Math.SQRT1_2)) / count;
  const cellWidth = Math.min(largestCell * 2, Math.max(smallestCell, width));
  const overhang = isSlanted(columnNames, cellWidth) ? longest * Math.SQRT1_2 : 0;
  return {
    left,
    top: (overhang > 0 ? longest * Math.SQRT1_2 + 8 : 20) + (columns.name === "" ? 0 : 18),
    cell: {
      width: cellWidth,
      height: Math.min(largestCell, cellWidth, computeLineHeight(rows.categories.length)),
    },
    width: Math.max(chartWidth, Math.ceil(left + cellWidth * count + overhang)),
  };
}

/** Many rows are as low as their names permit, so that the grid fits a screen. */
const computeLineHeight = (rows: number): number => Math.max(16, 400 / Math.max(1, rows));

function makeGridAxis(
  name: string,
  names: readonly string[],
  {
    room,
    nameGap,
    isRow = false,
  }: { readonly room: number; readonly nameGap: number; readonly isRow?: boolean },
): object {
  return {
    type: "category",
    data: names,
    name,
    nameLocation: "middle",
    nameGap,
    nameTextStyle: { fontFamily, fontSize, color: getNeutral("soft") },
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: {
      fontFamily,
      fontSize,
      color: getNeutral("ink"),
      margin: 6,
      rotate: !isRow && isSlanted(names, room) ? -45 : 0,
      // Lines of text need their height.
      interval: Math.ceil(fontSize / room) - 1,
    },
  };
}

type Range = readonly [low: number, high: number];

function computeRange({ values }: Pick<Heatmap, "values">): Range {
  const visible = selectVisible(values.flat(), false);
  return visible.length === 0
    ? [0, 1]
    : visible.reduce(
        ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
        [visible[0]!, visible[0]!],
      );
}

/** Cells of the lightest shade are clear, as is a cell without a number. */
function drawCells({ values, texts, slots }: Heatmap, range: Range, { cell }: Grid, place: Place): Shape[] {
  const { width, height } = cell;
  return values.flatMap((line, row) =>
    line.flatMap((value, column): Shape[] => {
      const [share, text] = [computeShare(value, range), texts?.[row]?.[column] ?? ""];
      if (share === 0 && text === "") return [];
      const [x, y] = place(column, row);
      const shape = { x: x - width / 2, y: y - height / 2, width: width - 1, height: height - 1 };
      const style = { fill: getColor(slots?.[row]?.[column] ?? 0), opacity: share };
      return [{ type: "rect", shape, style }, ...drawText(text, x, y, { share, width, height })];
    }),
  );
}

/** From 0 to 1; a half where all values are the same. */
function computeShare(value: number, [low, high]: Range): number {
  if (!canShow(value, false)) return 0;
  return low < high ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5;
}

/** As large as the cell permits; left out where it could not be read. */
function drawText(
  text: string,
  x: number,
  y: number,
  { share, width, height }: { readonly share: number; readonly width: number; readonly height: number },
): Shape[] {
  const size = Math.min(fontSize, height * 0.5, (fontSize * (width - 2)) / Math.max(1, measureText(text)));
  if (text === "" || size < 5) return [];
  const fill = getNeutral(share > 0.85 ? "on-slot" : share > 0.58 ? "on-shade" : "ink");
  const style = {
    text,
    x: x - 0.5,
    y: y - 0.5,
    fill,
    fontFamily,
    fontSize: size,
    align: "center",
    verticalAlign: "middle",
  };
  return [{ type: "text", style }];
}

function describeHeatmap({ rows, columns, values, value }: Heatmap): string {
  const [low, high] = computeRange({ values });
  const of = value === undefined ? "" : ` of ${describeAxis(value)}`;
  return `Grid${of} with ${rows.categories.length} rows (${rows.name}) and ${columns.categories.length} columns (${columns.name}); values from ${low.toPrecision(3)} to ${high.toPrecision(3)}.`;
}
