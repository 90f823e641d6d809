import type { Row } from "../core/rows.ts";
import { byteText, type CaseRows, isOwn, isRoof, milliseconds } from "./figures.ts";

const width = 480;
const barHeight = 18;
const top = 26;
const labelWidth = 130;
const valueWidth = 80;

/** Memory and size are compared by bytes, everything else by time. */
const lengthOf = (row: Row): number =>
  row.suite === "memory" || row.suite === "size" ? row.bytes! : row.milliseconds!;

const textOf = (row: Row): string =>
  row.suite === "memory" || row.suite === "size" ? byteText(row.bytes!) : milliseconds(row.milliseconds!);

/** A bar for every subject of a case, on a scale from zero. */
export function barChart({ name, rows }: CaseRows): string {
  const longest = Math.max(...rows.map(lengthOf));
  const room = width - labelWidth - valueWidth;
  const height = top + rows.length * barHeight + 4;
  const bars = rows.map((row, index) => bar(row, top + index * barHeight, room / longest));
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(name)}">`,
    `<text class="title" x="0" y="14">${escapeHtml(name)}</text>`,
    ...bars,
    "</svg>",
  ].join("\n");
}

function bar(row: Row, y: number, scale: number): string {
  const length = Math.max(1, lengthOf(row) * scale);
  const kind = isOwn(row.subject) ? "own" : isRoof(row.subject) ? "roof" : "peer";
  const label = row.threads === 1 ? row.subject : `${row.subject}, ${row.threads}`;
  const middle = y + barHeight / 2;
  const end = labelWidth + length;
  return [
    `<text x="${labelWidth - 6}" y="${middle + 4}" text-anchor="end">${escapeHtml(label)}</text>`,
    `<rect class="${kind}" x="${labelWidth}" y="${y + 3}" width="${length.toFixed(1)}" height="${barHeight - 6}" rx="2"/>`,
    spreadLine(row, end, middle, scale),
    `<text class="value" x="${(end + 6).toFixed(1)}" y="${middle + 4}">${escapeHtml(textOf(row))}</text>`,
  ].join("");
}

/** The spread, centred on the end of the bar. */
function spreadLine(row: Row, end: number, middle: number, scale: number): string {
  if (row.suite === "memory" || row.suite === "size") return "";
  const half = (row.spread! * scale) / 2;
  return `<line class="spread" x1="${(end - half).toFixed(1)}" x2="${(end + half).toFixed(1)}" y1="${middle}" y2="${middle}"/>`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
