import { escapeHtml } from "./html.ts";

/** A line of a chart; points whose y is not finite are omitted. */
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
  /** A horizontal line with a label, such as a target. */
  readonly mark?: { readonly y: number; readonly name: string };
  /** Labels of the x values 0, 1, 2, ..., if these are categories. */
  readonly categories?: readonly string[];
}

/**
 * In the units of the drawing, which is scaled to the available width; they are small, so that the text can be read
 * on a phone.
 */
const width = 400;
const plotHeight = 170;
const margin = { left: 54, right: 12, top: 50 };
const letterWidth = 6.8;
const mostCategories = 12;
const longestCategory = 22;

/** The position of the plot in the drawing. */
interface Frame {
  readonly left: number;
  /** The position of the first point. */
  readonly first: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly height: number;
}

/** Draws a line chart as a self-contained SVG element. */
export function drawLineChart(chart: Chart): string {
  const { title, xLabel, yLabel, series, mark, logarithmic = false } = chart;
  const frame = computeFrame(chart);
  const xs = series.flatMap(({ points }) => points.map(([x]) => x));
  const ys = [
    ...series.flatMap(({ points }) => points.map(([, y]) => y)),
    ...(mark === undefined ? [] : [mark.y]),
  ].filter((y) => Number.isFinite(y) && (!logarithmic || y > 0));
  const x = makeScale(computeExtent(xs), [frame.first, frame.right], false);
  const y = makeScale(computeExtent(ys), [frame.bottom, frame.top], logarithmic);
  const middle = (frame.top + frame.bottom) / 2;
  return [
    `<svg viewBox="0 0 ${width} ${frame.height}" role="img" aria-label="${escapeHtml(title)}">`,
    `<text class="title" x="0" y="14">${escapeHtml(title)}</text>`,
    ...y.ticks.map((tick) => drawHorizontalLine(frame, y.place(tick), formatTick(tick))),
    ...drawXTicks(chart, x, frame),
    ...(mark === undefined ? [] : [markLine(frame, y.place(mark.y), mark.name)]),
    ...series.map((line) => drawPolyline(line, x.place, y.place, logarithmic)),
    drawLegend(series),
    `<text class="label" x="${(frame.left + frame.right) / 2}" y="${frame.height - 4}" text-anchor="middle">${escapeHtml(xLabel)}</text>`,
    `<text class="label" transform="translate(11 ${middle}) rotate(-90)" text-anchor="middle">${escapeHtml(yLabel)}</text>`,
    "</svg>",
  ].join("\n");
}

/** The labels of categories are slanted below the plot and need space. */
function computeFrame({ categories = [] }: Chart): Frame {
  const lengths = categories.map((name) => Math.ceil(shorten(name).length * letterWidth * Math.SQRT1_2));
  const tickHeight = categories.length === 0 ? 18 : Math.max(...lengths) + 14;
  const bottom = margin.top + plotHeight;
  return {
    left: margin.left,
    first: Math.max(margin.left, lengths[0] ?? 0),
    right: width - margin.right,
    top: margin.top,
    bottom,
    height: bottom + tickHeight + 18,
  };
}

interface Scale {
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

function computeExtent(values: readonly number[]): readonly [number, number] {
  if (values.length === 0) return [0, 1];
  let [low, high] = [values[0]!, values[0]!];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low === high ? [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2] : [low, high];
}

function makeScale(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
  logarithmic: boolean,
): Scale {
  const view = logarithmic ? Math.log10 : (value: number) => value;
  const [start, end] = [view(low), view(high)];
  return {
    place: (value) => from + ((view(value) - start) / (end - start || 1)) * (to - from),
    ticks: logarithmic ? listLogarithmicTicks(low, high) : roundTicks(low, high),
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

/** 1, 2 and 5 times the powers of ten in the range; over many decades only powers, and not all of them. */
function listLogarithmicTicks(low: number, high: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const factors = last - first > 2 ? [1] : [1, 2, 5];
  const stride = Math.ceil((last - first) / 6);
  const ticks: number[] = [];
  for (let exponent = first; exponent <= last; exponent += stride) {
    ticks.push(...factors.map((factor) => Number(`${factor}e${exponent}`)));
  }
  return ticks.filter((tick) => tick >= low && tick <= high);
}

function drawXTicks({ categories }: Chart, x: Scale, { bottom }: Frame): string[] {
  if (categories === undefined) {
    return x.ticks.map(
      (tick) =>
        `<text class="tick" x="${x.place(tick).toFixed(1)}" y="${bottom + 16}" text-anchor="middle">${formatTick(tick)}</text>`,
    );
  }
  const stride = Math.ceil(categories.length / mostCategories);
  return categories.flatMap((name, index) => {
    if (index % stride !== 0) return [];
    const place = `${x.place(index).toFixed(1)} ${bottom + 12}`;
    return `<text class="tick" transform="translate(${place}) rotate(-45)" text-anchor="end">${escapeHtml(shorten(name))}</text>`;
  });
}

const shorten = (name: string): string =>
  name.length > longestCategory ? `…${name.slice(1 - longestCategory)}` : name;

function formatTick(value: number): string {
  if (value === 0) return "0";
  const magnitude = Math.abs(value);
  if (magnitude >= 1e5 || magnitude < 1e-3) return value.toExponential(0);
  return String(Number(value.toPrecision(4)));
}

const drawLine = (kind: string, { left, right }: Frame, y: number): string =>
  `<line class="${kind}" x1="${left}" x2="${right}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}"/>`;

const drawHorizontalLine = (frame: Frame, y: number, name: string): string =>
  `${drawLine("grid", frame, y)}<text class="tick" x="${frame.left - 6}" y="${(y + 4).toFixed(1)}" text-anchor="end">${name}</text>`;

const markLine = (frame: Frame, y: number, name: string): string =>
  `${drawLine("mark", frame, y)}<text class="tick" x="${frame.right - 4}" y="${(y - 4).toFixed(1)}" text-anchor="end">${escapeHtml(name)}</text>`;

function drawPolyline(
  { points, color }: Series,
  x: (value: number) => number,
  y: (value: number) => number,
  logarithmic: boolean,
): string {
  const visible = points.filter(([, value]) => Number.isFinite(value) && (!logarithmic || value > 0));
  const places = visible.map(([at, value]) => [x(at).toFixed(1), y(value).toFixed(1)] as const);
  if (places.length === 1) {
    const [[cx, cy]] = places as [readonly [string, string]];
    return `<circle cx="${cx}" cy="${cy}" r="3" fill="${color}"/>`;
  }
  const path = places.map((place) => place.join(",")).join(" ");
  return `<polyline fill="none" stroke="${color}" stroke-width="2" stroke-linejoin="round" points="${path}"/>`;
}

function drawLegend(series: readonly Series[]): string {
  return series
    .map(({ name, color }, index) => {
      const x = margin.left + 150 * index;
      return `<rect x="${x}" y="24" width="12" height="12" rx="2" fill="${color}"/><text class="tick" x="${x + 17}" y="34">${escapeHtml(name)}</text>`;
    })
    .join("");
}
