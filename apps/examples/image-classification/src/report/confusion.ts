import type { ArmResult } from "../training/arm-result.ts";
import { describeArm } from "../words.ts";
import { escapeHtml } from "./html.ts";

const cell = 26;
const letterWidth = 6.5;

/**
 * The confusion matrix as an SVG element: a row for each class, a column for each predicted class. The shade of a cell is its
 * share of the row; mistakes and correct predictions have different colors.
 */
export function drawConfusionMatrix(
  { normalization, confusion }: ArmResult,
  classes: readonly string[],
): string {
  const longest = Math.max(...classes.map((name) => name.length)) * letterWidth;
  const slope = Math.ceil(longest * Math.SQRT1_2);
  const [left, top] = [Math.ceil(longest) + 8, slope + 42];
  const [width, height] = [left + cell * classes.length + slope, top + cell * classes.length + 2];
  const title = `Predictions ${describeArm(normalization)}`;
  return [
    `<svg class="confusion" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">`,
    `<text class="title" x="0" y="14">${title}</text>`,
    ...classes.map((name, index) => drawColumnName(name, left + cell * (index + 0.5), top - 6)),
    ...classes.map(
      (name, index) =>
        `<text class="tick" x="${left - 6}" y="${top + cell * (index + 0.5) + 4}" text-anchor="end">${escapeHtml(name)}</text>`,
    ),
    ...confusion.flatMap((row, label) => {
      const total = Math.max(
        1,
        row.reduce((sum, count) => sum + count, 0),
      );
      return row.map((count, predicted) =>
        countCell(left + cell * predicted, top + cell * label, count, count / total, label === predicted),
      );
    }),
    "</svg>",
  ].join("\n");
}

const drawColumnName = (name: string, x: number, y: number): string =>
  `<text class="tick" transform="translate(${x + 3} ${y}) rotate(-45)">${escapeHtml(name)}</text>`;

function countCell(x: number, y: number, count: number, share: number, isRight: boolean): string {
  // Rare mistakes remain visible.
  const opacity = count === 0 ? 0 : Math.min(1, 0.08 + (isRight ? share : 2 * share));
  const fill = isRight ? "var(--right)" : "var(--wrong)";
  return (
    `<rect x="${x}" y="${y}" width="${cell - 1}" height="${cell - 1}" fill="${fill}" fill-opacity="${opacity.toFixed(2)}"/>` +
    (count === 0
      ? ""
      : `<text class="count${opacity > 0.6 ? " inverse" : ""}" x="${x + cell / 2 - 0.5}" y="${y + cell / 2 + 3.5}" text-anchor="middle">${count}</text>`)
  );
}
