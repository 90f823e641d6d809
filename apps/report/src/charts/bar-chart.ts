import { getColor, getNeutral, getPaletteRow } from "../page/palette.ts";
import { computeScale, makeNumberAxis } from "./axes.ts";
import { describeAxis } from "./axis.ts";
import { makeBarOverlay } from "./bar-overlay.ts";
import type { BarChart, BarSeries } from "./charts.ts";
import { chartWidth, makeHeader } from "./header.ts";
import { listReferences, makeReferenceSeries } from "./reference-lines.ts";
import type { Drawing } from "./render.ts";
import { fontFamily, fontSize, measureLongest, shorten } from "./text-size.ts";
import { canShow, formatTick } from "./ticks.ts";

const barWidth = 12;
/** From one bar of a group to the next. */
const barPitch = 18;
const groupGap = 6;
const longestName = 24;

/** Lays out horizontal bars with their intervals and labels. */
export function planBarChart(chart: BarChart): Drawing {
  const { title, value, categories, series, references = [], longest = Number.POSITIVE_INFINITY } = chart;
  const header = makeHeader(
    title,
    series.map(({ name, slot }, index) => ({ name, slot: slot ?? index })),
    { references },
  );
  const names = categories.map((name) => shorten(name, longestName));
  const labels = series.map((bars) => listLabels(bars, chart));
  const group = Math.max(1, series.length) * barPitch + (series.length > 1 ? groupGap : 0);
  const scale = computeScale(value, [...listEnds(series, longest), ...listReferences(references, "x")], true);
  const valueOption = makeNumberAxis(value, scale, { direction: "x", length: chartWidth / 2 });
  const plotHeight = Math.max(1, categories.length) * group;
  return {
    title,
    description: describeBarChart(chart, labels),
    width: chartWidth,
    height: header.bottom + plotHeight + valueOption.room,
    option: {
      title: header.title,
      legend: [...header.legend],
      grid: {
        left: measureLongest(names) + 10,
        right: Math.max(measureLongest(labels.flat()) + 16, valueOption.overhang),
        top: header.bottom,
        height: plotHeight,
        outerBoundsMode: "none",
      },
      xAxis: valueOption.option,
      yAxis: makeNameAxis(names),
      series: [
        ...series.map((bars, index) => makeBars(bars, bars.slot ?? index, longest)),
        ...makeReferenceSeries(references, true),
        ...series.map((bars, index) =>
          makeBarOverlay(bars, labels[index]!, {
            offset: (index - (series.length - 1) / 2) * barPitch,
            barWidth,
            longest,
          }),
        ),
      ],
    },
  };
}

const makeNameAxis = (names: readonly string[]): object => ({
  type: "category",
  data: names,
  inverse: true,
  axisLine: { show: true, lineStyle: { color: getNeutral("soft") }, onZero: true },
  axisTick: { show: false },
  axisLabel: { fontFamily, fontSize, color: getNeutral("ink"), margin: 6, interval: 0 },
});

const isShown = (value: number | null | undefined): value is number =>
  typeof value === "number" && canShow(value, false);

/** Zero, the ends of the bars as far as they are drawn, and those of the intervals. */
function listEnds(series: readonly BarSeries[], longest: number): number[] {
  const ends = series.flatMap(({ values, intervals = [] }) => [
    ...values,
    ...intervals.flatMap((interval) => interval ?? []),
  ]);
  return [0, ...ends.filter(isShown).map((end) => Math.min(end, longest))];
}

function listLabels({ values, labels }: BarSeries, { value: { format = formatTick } }: BarChart): string[] {
  return values.map((value, index) => labels?.[index] ?? (isShown(value) ? format(value) : "none"));
}

/** Bars of the first slot are full; those of others are pale with an edge in the slot's line style. */
function makeBars({ name, values, slots }: BarSeries, slot: number, longest: number): object {
  return {
    type: "bar",
    name,
    silent: true,
    barWidth,
    barGap: `${(100 * (barPitch - barWidth)) / barWidth}%`,
    itemStyle: styleBar(slot),
    data: values.map((value, index) => ({
      value: isShown(value) ? Math.min(value, longest) : null,
      ...(slots === undefined ? {} : { itemStyle: styleBar(slots[index] ?? slot) }),
    })),
  };
}

function styleBar(slot: number): object {
  const color = getColor(slot);
  if (slot === 0) return { color };
  const pale = `color-mix(in srgb, ${color} 45%, ${getNeutral("page")})`;
  return { color: pale, borderColor: color, borderWidth: 1, borderType: getPaletteRow(slot).line };
}

function describeBarChart(
  { value, categories, series }: BarChart,
  labels: readonly (readonly string[])[],
): string {
  const bars = series.flatMap(({ name }, row) =>
    categories.map(
      (category, index) =>
        `${series.length > 1 ? `${name}, ` : ""}${category}: ${labels[row]![index] ?? "none"}`,
    ),
  );
  return `Bar chart of ${describeAxis(value)}. ${bars.join("; ")}.`;
}
