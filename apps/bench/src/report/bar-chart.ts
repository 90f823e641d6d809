import type { Row } from "../core/rows.ts";
import { type CaseRows, formatBytes, formatMilliseconds, isOwn, isRoof } from "./figures.ts";

const width = 480;
const barHeight = 18;
const top = 26;
const labelWidth = 130;
const valueWidth = 100;

type Unit = CaseRows["unit"];

const measureLength = (row: Row, unit: Unit): number =>
  ({ time: row.milliseconds!, bytes: row.bytes!, counts: row.bytesMoved! })[unit];

function describeRow(row: Row, unit: Unit): string {
  if (unit === "time") return formatMilliseconds(row.milliseconds!);
  return unit === "bytes" ? formatBytes(row.bytes!) : `${row.launches}, ${formatBytes(row.bytesMoved!)}`;
}

/** The longest bar, as a multiple of Evenkeel's longest bar. Longer bars are cut, so that the others remain visible. */
const longestRatio = 12;

/** A bar for every subject of a case, on a scale that starts at zero. */
export function drawBarChart({ name, rows, unit }: CaseRows): string {
  const own = rows.filter(({ subject }) => isOwn(subject)).map((row) => measureLength(row, unit));
  const mostShown = own.length === 0 ? Number.POSITIVE_INFINITY : longestRatio * Math.max(...own);
  const longest = Math.min(Math.max(...rows.map((row) => measureLength(row, unit))), mostShown);
  const room = width - labelWidth - valueWidth;
  const height = top + rows.length * barHeight + 4;
  const bars = rows.map((row, index) => drawBar(row, unit, top + index * barHeight, { room, longest }));
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(name)}">`,
    `<text class="title" x="0" y="14">${escapeHtml(name)}</text>`,
    ...bars,
    "</svg>",
  ].join("\n");
}

function drawBar(
  row: Row,
  unit: Unit,
  y: number,
  { room, longest }: { readonly room: number; readonly longest: number },
): string {
  const isCut = measureLength(row, unit) > longest;
  const scale = room / longest;
  const length = isCut ? room : Math.max(1, measureLength(row, unit) * scale);
  const kind = isOwn(row.subject) ? "own" : isRoof(row.subject) ? "roof" : "peer";
  const label = row.threads === 1 ? row.subject : `${row.subject}, ${row.threads}`;
  const middle = y + barHeight / 2;
  const end = labelWidth + length;
  const half = isCut || unit !== "time" ? 0 : Math.min((row.spread! * scale) / 2, length, valueWidth / 4);
  return [
    `<text x="${labelWidth - 6}" y="${middle + 4}" text-anchor="end">${escapeHtml(label)}</text>`,
    `<rect class="${kind}" x="${labelWidth}" y="${y + 3}" width="${length.toFixed(1)}" height="${barHeight - 6}" rx="2"/>`,
    isCut ? drawCutMark(end, middle) : drawSpread(end, middle, half),
    `<text class="value" x="${(end + half + 6).toFixed(1)}" y="${middle + 4}">${escapeHtml(describeRow(row, unit))}</text>`,
  ].join("");
}

/** The interquartile range, centered on the end of the bar. */
const drawSpread = (end: number, middle: number, half: number): string =>
  `<line class="spread" x1="${(end - half).toFixed(1)}" x2="${(end + half).toFixed(1)}" y1="${middle}" y2="${middle}"/>`;

/** Two strokes in the color of the page, which mark a bar that was cut. */
const drawCutMark = (end: number, middle: number): string =>
  [16, 10].map((back) => `<path class="cut" d="M${end - back} ${middle + 7}l5 -14"/>`).join("");

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
