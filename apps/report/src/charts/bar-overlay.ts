import { getNeutral } from "../page/palette.ts";
import type { BarSeries } from "./charts.ts";
import { makeCustomSeries, type Place, type Shape } from "./custom-series.ts";
import { fontFamily, fontSize } from "./text-size.ts";
import { canShow } from "./ticks.ts";

interface BarPlaces {
  /** From the middle of the group to that of the bar. */
  readonly offset: number;
  readonly barWidth: number;
  readonly longest: number;
}

/** What stands on and behind the bars: intervals, marks of bars that are cut, and labels. */
export const makeBarOverlay = (bars: BarSeries, labels: readonly string[], places: BarPlaces): object =>
  makeCustomSeries(
    (place) => labels.flatMap((label, index) => drawOverlay(bars, index, label, place, places)),
    {
      isInFront: true,
    },
  );

function drawOverlay(
  { values, intervals }: BarSeries,
  index: number,
  label: string,
  place: Place,
  { offset, barWidth, longest }: BarPlaces,
): Shape[] {
  const value = values[index] ?? Number.NaN;
  const middle = place(0, index)[1] + offset;
  const placeX = (at: number): number => place(Math.min(at, longest), index)[0];
  const [low, high] = intervals?.[index] ?? [Number.NaN, Number.NaN];
  const hasInterval = canShow(low, false) && canShow(high, false) && value <= longest;
  const ends = [0, value, ...(hasInterval ? [high] : [])].filter((end) => canShow(end, false));
  return [
    ...(hasInterval ? drawInterval(placeX(low), placeX(high), middle) : []),
    ...(value > longest ? drawCut(placeX(longest), middle, barWidth) : []),
    drawLabel(label, Math.max(...ends.map(placeX)) + 6, middle),
  ];
}

const makeStroke = (x1: number, y1: number, x2: number, y2: number, style: object): Shape => ({
  type: "line",
  shape: { x1, y1, x2, y2 },
  style,
});

/** A line from end to end with a stop at each. */
function drawInterval(low: number, high: number, middle: number): Shape[] {
  const style = { stroke: getNeutral("ink"), lineWidth: 1.5 };
  return [
    makeStroke(low, middle, high, middle, style),
    ...[low, high].map((end) => makeStroke(end, middle - 3.5, end, middle + 3.5, style)),
  ];
}

/** A slanted gap near the end of a bar. */
const drawCut = (end: number, middle: number, barWidth: number): Shape[] =>
  [16, 10].map((back) =>
    makeStroke(end - back, middle + barWidth / 2 + 1, end - back + 5, middle - barWidth / 2 - 1, {
      stroke: getNeutral("page"),
      lineWidth: 2.5,
    }),
  );

const drawLabel = (text: string, x: number, y: number): Shape => ({
  type: "text",
  style: {
    text,
    x,
    y,
    fill: getNeutral("soft"),
    // Readable over lines.
    stroke: getNeutral("page"),
    lineWidth: 3,
    fontFamily,
    fontSize,
    verticalAlign: "middle",
  },
});
