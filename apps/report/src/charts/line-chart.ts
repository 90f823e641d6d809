import { getColor, getPaletteRow } from "../page/palette.ts";
import { type AxisOption, computeScale, isLogarithmic, makeCategoryAxis, makeNumberAxis } from "./axes.ts";
import type { Axis, CategoryAxis } from "./axis.ts";
import { describeAxis } from "./axis.ts";
import { makeBandSeries } from "./band.ts";
import type { LineChart, LineSeries } from "./charts.ts";
import { chartWidth, makeHeader } from "./header.ts";
import { listReferences, makeReferenceSeries } from "./reference-lines.ts";
import type { Drawing } from "./render.ts";
import { canShow, selectVisible } from "./ticks.ts";

const plotHeight = 170;
const narrowestMargin = 14;
/** The number of markers of a long line. */
const mostMarkers = 8;

const hasCategories = (axis: Axis | CategoryAxis): axis is CategoryAxis => "categories" in axis;

/** Lays out curves with their bands and reference lines. */
export function planLineChart(chart: LineChart): Drawing {
  const { title, y, series, references = [] } = chart;
  const header = makeHeader(
    title,
    series.map(({ name, slot }, index) => ({ name, slot: slot ?? index })),
    { hasLines: true, references },
  );
  const yOption = makeNumberAxis(
    y,
    computeScale(y, [...listY(series), ...listReferences(references, "y")], false),
    { direction: "y", length: plotHeight },
  );
  const xOption = makeXAxis(chart, chartWidth - yOption.room - narrowestMargin);
  const left = Math.max(yOption.room, xOption.underhang);
  const right = Math.max(narrowestMargin, xOption.overhang);
  const height = header.bottom + plotHeight + xOption.room;
  return {
    title,
    description: describeLineChart(chart),
    width: chartWidth,
    height,
    option: {
      title: header.title,
      legend: [...header.legend],
      grid: { left, right, top: header.bottom, height: plotHeight, outerBoundsMode: "none" },
      xAxis: xOption.option,
      yAxis: yOption.option,
      series: [
        ...series.flatMap((line, index) => makeBandSeries(line, line.slot ?? index, y)),
        ...series.map((line, index) => makeLine(line, line.slot ?? index, chart)),
        ...makeReferenceSeries(references),
      ],
    },
  };
}

function makeXAxis({ x, series, references = [] }: LineChart, width: number): AxisOption {
  if (hasCategories(x)) return makeCategoryAxis(x, width);
  const values = series.flatMap(({ points, band = [] }) => [
    ...points.map(([at]) => at),
    ...band.map(([at]) => at),
  ]);
  return makeNumberAxis(x, computeScale(x, [...values, ...listReferences(references, "x")], true), {
    direction: "x",
    length: chartWidth / 2,
  });
}

const listY = (series: readonly LineSeries[]): number[] =>
  series.flatMap(({ points, band = [] }) => [
    ...points.map(([, at]) => at),
    ...band.flatMap(([, low, high]) => [low, high]),
  ]);

/** A value that the axis cannot show interrupts the line; a point without neighbours has a marker. */
function makeLine({ name, points }: LineSeries, slot: number, { x, y }: LineChart): object {
  const { line, marker } = getPaletteRow(slot);
  const shows = (value: number, axis: Axis | CategoryAxis): boolean =>
    canShow(value, !hasCategories(axis) && isLogarithmic(axis));
  const stride = Math.ceil(points.length / mostMarkers);
  const hasPoint = (index: number): boolean => index in points && shows(points[index]![1], y);
  const isMarked = (index: number): boolean =>
    points.length <= 2 * mostMarkers || index % stride === 0 || !(hasPoint(index - 1) || hasPoint(index + 1));
  return {
    type: "line",
    name,
    silent: true,
    symbol: marker,
    symbolSize: 7,
    showAllSymbol: true,
    itemStyle: { color: getColor(slot) },
    lineStyle: { color: getColor(slot), width: 2, type: line, join: "round" },
    data: points.flatMap(([at, value], index) => {
      if (!shows(at, x)) return [];
      return [{ value: [at, shows(value, y) ? value : null], symbol: isMarked(index) ? marker : "none" }];
    }),
  };
}

function describeLineChart({ x, y, series }: LineChart): string {
  const lines = series.map(({ name, points }) => {
    const visible = selectVisible(
      points.map(([, value]) => value),
      isLogarithmic(y),
    );
    if (visible.length === 0) return `${name}: no values`;
    return `${name}: ${visible.length} values, the first ${visible[0]!.toPrecision(4)}, the last ${visible.at(-1)!.toPrecision(4)}`;
  });
  return `Line chart of ${describeAxis(y)} by ${hasCategories(x) ? x.name : describeAxis(x)}. ${lines.join("; ")}.`;
}
