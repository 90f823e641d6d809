/** A line of a chart; points where y is not finite are left out. */
export interface Series {
  readonly name: string;
  /** A CSS color. */
  readonly color: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
  readonly logarithmic?: boolean;
  /** A horizontal line with a name, such as a goal. */
  readonly mark?: { readonly y: number; readonly name: string };
  /** Names of the x values 0, 1, 2 ..., where they are not numbers. */
  readonly categories?: readonly string[];
}

const [width, height] = [520, 290];
const margin = { left: 58, right: 16, top: 54, bottom: 42 };

/** Draws a line chart as an SVG element that needs nothing else. */
export function lineChart(chart: Chart): string {
  const xs = chart.series.flatMap(({ points }) => points.map(([x]) => x));
  const ys = [
    ...chart.series.flatMap(({ points }) => points.map(([, y]) => y)),
    ...(chart.mark === undefined ? [] : [chart.mark.y]),
  ].filter((y) => Number.isFinite(y) && (!chart.logarithmic || y > 0));
  const x = scale(extent(xs), [margin.left, width - margin.right], false);
  const y = scale(extent(ys), [height - margin.bottom, margin.top], chart.logarithmic ?? false);
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(chart.title)}">`,
    `<text class="title" x="${margin.left}" y="16">${escapeHtml(chart.title)}</text>`,
    ...y.ticks.map((tick) => horizontalLine(y.place(tick), formatTick(tick))),
    ...xTicks(chart, x).map(([at, name]) => xTick(x.place(at), name)),
    ...(chart.mark === undefined ? [] : [markLine(y.place(chart.mark.y), chart.mark.name)]),
    ...chart.series.map((series) => polyline(series, x.place, y.place, chart.logarithmic ?? false)),
    legend(chart.series),
    `<text class="label" x="${(margin.left + width - margin.right) / 2}" y="${height - 6}" text-anchor="middle">${escapeHtml(chart.xLabel)}</text>`,
    `<text class="label" transform="translate(14 ${height / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(chart.yLabel)}</text>`,
    "</svg>",
  ].join("\n");
}

interface Scale {
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

function extent(values: readonly number[]): readonly [number, number] {
  if (values.length === 0) return [0, 1];
  let [low, high] = [values[0]!, values[0]!];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low === high ? [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2] : [low, high];
}

function scale(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
  logarithmic: boolean,
): Scale {
  const view = logarithmic ? Math.log10 : (value: number) => value;
  const [start, end] = [view(low), view(high)];
  return {
    place: (value) => from + ((view(value) - start) / (end - start || 1)) * (to - from),
    ticks: logarithmic ? logarithmicTicks(low, high) : roundTicks(low, high),
  };
}

/** About five ticks at multiples of 1, 2 or 5 times a power of ten. */
function roundTicks(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step);
}

/** 1, 2 and 5 times the powers of ten in the range; over many decades the powers alone, and not all of them. */
function logarithmicTicks(low: number, high: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const factors = last - first > 2 ? [1] : [1, 2, 5];
  const stride = Math.ceil((last - first) / 6);
  const ticks: number[] = [];
  for (let exponent = first; exponent <= last; exponent += stride) {
    ticks.push(...factors.map((factor) => Number(`${factor}e${exponent}`)));
  }
  return ticks.filter((tick) => tick >= low && tick <= high);
}

function xTicks({ categories }: Chart, x: Scale): (readonly [number, string])[] {
  if (categories === undefined) return x.ticks.map((tick) => [tick, formatTick(tick)]);
  return categories.map((name, index) => [index, name]);
}

function formatTick(value: number): string {
  if (value === 0) return "0";
  const magnitude = Math.abs(value);
  if (magnitude >= 1e5 || magnitude < 1e-3) return value.toExponential(0);
  return String(Number(value.toPrecision(4)));
}

const horizontalLine = (y: number, name: string): string =>
  `<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}"/>` +
  `<text class="tick" x="${margin.left - 6}" y="${(y + 4).toFixed(1)}" text-anchor="end">${name}</text>`;

const xTick = (x: number, name: string): string =>
  `<text class="tick" x="${x.toFixed(1)}" y="${height - margin.bottom + 16}" text-anchor="middle">${escapeHtml(name)}</text>`;

const markLine = (y: number, name: string): string =>
  `<line class="mark" x1="${margin.left}" x2="${width - margin.right}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}"/>` +
  `<text class="tick" x="${width - margin.right - 4}" y="${(y - 4).toFixed(1)}" text-anchor="end">${escapeHtml(name)}</text>`;

function polyline(
  { points, color }: Series,
  x: (value: number) => number,
  y: (value: number) => number,
  logarithmic: boolean,
): string {
  const visible = points.filter(([, value]) => Number.isFinite(value) && (!logarithmic || value > 0));
  const path = visible.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  return `<polyline fill="none" stroke="${color}" stroke-width="2" stroke-linejoin="round" points="${path}"/>`;
}

function legend(series: readonly Series[]): string {
  return series
    .map(({ name, color }, index) => {
      const x = margin.left + 150 * index;
      return `<rect x="${x}" y="26" width="12" height="12" rx="2" fill="${color}"/><text class="tick" x="${x + 17}" y="36">${escapeHtml(name)}</text>`;
    })
    .join("");
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
