import { getColor, getNeutral, getPaletteRow } from "../page/palette.ts";
import { computeScale, isLogarithmic, makeNumberAxis } from "./axes.ts";
import { describeAxis } from "./axis.ts";
import type { ScatterChart, ScatterSeries } from "./charts.ts";
import { chartWidth, makeHeader } from "./header.ts";
import { listReferences, makeReferenceSeries } from "./reference-lines.ts";
import type { Drawing } from "./render.ts";
import { fontFamily, fontSize } from "./text-size.ts";
import { canShow } from "./ticks.ts";

const plotHeight = 200;

/** Lays out points with their labels. */
export function planScatterChart(chart: ScatterChart): Drawing {
  const { title, x, y, series, references = [] } = chart;
  const header = makeHeader(
    title,
    series.map(({ name, slot }, index) => ({ name, slot: slot ?? index })),
    { references },
  );
  const points = series.flatMap((one) => one.points);
  const listAlong = (axis: "x" | "y"): number[] => [
    ...points.map((point) => point[axis === "x" ? 0 : 1]),
    ...listReferences(references, axis),
  ];
  const xOption = makeNumberAxis(x, computeScale(x, listAlong("x"), false), {
    direction: "x",
    length: chartWidth / 2,
  });
  const yOption = makeNumberAxis(y, computeScale(y, listAlong("y"), false), {
    direction: "y",
    length: plotHeight,
  });
  return {
    title,
    description: `Scatter chart of ${describeAxis(y)} by ${describeAxis(x)}. ${series.map(({ name, points: { length } }) => `${name}: ${length} points`).join("; ")}.`,
    width: chartWidth,
    height: header.bottom + plotHeight + xOption.room,
    option: {
      title: header.title,
      legend: [...header.legend],
      grid: {
        left: yOption.room,
        right: Math.max(14, xOption.overhang),
        top: header.bottom,
        height: plotHeight,
        outerBoundsMode: "none",
      },
      xAxis: xOption.option,
      yAxis: yOption.option,
      series: [
        ...series.map((one, index) => makePoints(one, one.slot ?? index, chart)),
        ...makeReferenceSeries(references),
      ],
    },
  };
}

function makePoints(
  { name, points, labels = [] }: ScatterSeries,
  slot: number,
  { x, y }: ScatterChart,
): object {
  const shows = ([at, value]: readonly [number, number]): boolean =>
    canShow(at, isLogarithmic(x)) && canShow(value, isLogarithmic(y));
  return {
    type: "scatter",
    name,
    silent: true,
    symbol: getPaletteRow(slot).marker,
    symbolSize: 8,
    itemStyle: { color: getColor(slot), opacity: 0.85 },
    labelLayout: { hideOverlap: true },
    data: points.flatMap((point, index) => {
      if (!shows(point)) return [];
      const text = labels[index] ?? "";
      const label = {
        show: text !== "",
        position: "top",
        fontFamily,
        fontSize: fontSize - 1,
        color: getNeutral("soft"),
        formatter: () => text,
      };
      return [{ value: point, label }];
    }),
  };
}
