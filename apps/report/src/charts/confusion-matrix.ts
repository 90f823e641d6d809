import type { Heatmap } from "./charts.ts";

/** The predictions of a classifier, counted by true class (row) and predicted class (column). */
export interface Confusion {
  readonly title: string;
  readonly classes: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

/**
 * The shade of a cell is its share of the row. Mistakes have another color than correct predictions and twice their shade, so that rare ones remain
 * visible.
 */
export function makeConfusionMatrix({ title, classes, counts }: Confusion): Heatmap {
  const shades = counts.map((row, label) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, predicted) => {
      if (count === 0) return 0;
      return Math.min(1, 0.08 + (label === predicted ? 1 : 2) * (count / total));
    });
  });
  return {
    kind: "heatmap",
    title,
    rows: { name: "true class", categories: classes },
    columns: { name: "predicted class", categories: classes },
    values: shades,
    range: [0, 1],
    texts: counts.map((row) => row.map((count) => (count === 0 ? "" : String(count)))),
    slots: counts.map((row, label) => row.map((_, predicted) => (label === predicted ? 0 : 1))),
  };
}
