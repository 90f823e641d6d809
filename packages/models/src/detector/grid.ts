import type { Rule } from "@evenkeel/tensor/checks";
import { listOf, positive } from "@evenkeel/tensor/checks";

/** The width and the height of a box in pixels. */
export type BoxSize = readonly [width: number, height: number];

/** The grid of a one-stage detector: each cell predicts a box for each anchor. `GridDetector` is one. */
export interface DetectionGrid {
  /** The sizes of boxes in pixels that predictions are relative to. */
  readonly anchors: readonly BoxSize[];
  /** The height and width of a cell in pixels. */
  readonly stride: number;
}

/** What is predicted for a box beside its classes: x, y, width, height and whether there is an object. */
export const boxParts = 5;

export const someAnchors: Rule = {
  expected: "an array of pairs [width, height] of finite positive numbers, not empty",
  accepts: (value) => listOf(listOf(positive, 2)).accepts(value) && (value as unknown[]).length > 0,
};

export const aGrid: Rule = {
  expected: "a detector, or { anchors, stride }",
  accepts: (value) => {
    const { anchors, stride } = (value ?? {}) as { readonly anchors?: unknown; readonly stride?: unknown };
    return someAnchors.accepts(anchors) && positive.accepts(stride);
  },
};

/** The overlap of two boxes of these sizes that have one middle. */
export function computeSizeOverlap(a: BoxSize, b: BoxSize): number {
  const common = Math.min(a[0], b[0]) * Math.min(a[1], b[1]);
  return common / (a[0] * a[1] + b[0] * b[1] - common);
}
