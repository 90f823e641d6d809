import type { BoxEdges } from "@evenkeel/nn";
import { computeBoxOverlap } from "@evenkeel/nn";
import type { NumericArray } from "@evenkeel/tensor";
import type { DetectionGrid } from "./grid.ts";
import { computeSizeOverlap } from "./grid.ts";

export interface AssignmentOptions {
  /** The overlap with an object from which on a prediction that has none to find is not told that there is nothing; default 0.6. */
  readonly ignoreThreshold?: number;
  /** The overlap in size from which on anchors beside the best one learn to find an object too; default 0.5. */
  readonly anchorThreshold?: number;
  /**
   * The least probability that a prediction should give which has an object to find, however little its box overlaps it yet. With 0 it is the
   * overlap alone, as in YOLOv2, with 1 always 1. Between them, small objects, whose boxes overlap late, are learned earlier. Default: 0.
   */
  readonly leastProbability?: number;
}

/** The shape of a batch. */
export interface GridSize {
  readonly images: number;
  readonly rows: number;
  readonly columns: number;
  /** The number of rows of truths of each image. */
  readonly truths: number;
}

/** What the predictions of a batch should have been; a prediction is of an image, an anchor and a cell, in this order. */
export interface Targets {
  /** The edges of the object that a prediction should find, or zeros, [n, anchors, 4, h, w]. */
  readonly edges: NumericArray;
  /** Whether there is one, 1 or 0, [n, anchors, h, w]. */
  readonly positive: NumericArray;
  /** The probability of an object that it should give: 0, or the overlap with its object, [n, anchors, h, w]. */
  readonly probability: NumericArray;
  /** 1, or 0 for predictions that count neither as right nor as wrong, [n, anchors, h, w]. */
  readonly weight: NumericArray;
  /** Its class; `noLabel` where there is none, [n, anchors, h, w]. */
  readonly labels: NumericArray;
}

/** The label that losses ignore. */
export const noLabel = -100;

/** An object of an image. */
interface Truth {
  readonly edges: BoxEdges;
  readonly label: number;
}

/** The objects of an image, without padding and boxes without area. */
function listTruths(rows: NumericArray): Truth[] {
  return Array.from({ length: rows.length / 5 }, (_, index): Truth => {
    const [left, top, right, bottom, label] = rows.subarray(5 * index, 5 * index + 5) as unknown as [
      number,
      number,
      number,
      number,
      number,
    ];
    return { edges: [left, top, right, bottom], label };
  }).filter(({ edges: [left, top, right, bottom], label }) => label >= 0 && right > left && bottom > top);
}

/** The cells in which an object is looked for: that of its middle, and the nearest beside and above or below it. */
function findCells(
  [left, top, right, bottom]: BoxEdges,
  stride: number,
  { rows, columns }: GridSize,
): number[] {
  const [x, y] = [(left + right) / 2 / stride, (top + bottom) / 2 / stride];
  const column = Math.min(columns - 1, Math.max(0, Math.floor(x)));
  const row = Math.min(rows - 1, Math.max(0, Math.floor(y)));
  const beside = x - column < 0.5 ? column - 1 : column + 1;
  const above = y - row < 0.5 ? row - 1 : row + 1;
  return [
    row * columns + column,
    ...(beside >= 0 && beside < columns ? [row * columns + beside] : []),
    ...(above >= 0 && above < rows ? [above * columns + column] : []),
  ];
}

/** The anchors that learn to find an object: those whose sizes are near enough, and the nearest anyway. */
function findAnchors([left, top, right, bottom]: BoxEdges, grid: DetectionGrid, least: number): number[] {
  const overlaps = grid.anchors.map((anchor) => computeSizeOverlap([right - left, bottom - top], anchor));
  const best = overlaps.indexOf(Math.max(...overlaps));
  return overlaps.flatMap((overlap, anchor) => (anchor === best || overlap >= least ? [anchor] : []));
}

/**
 * Decides which predictions should find which objects, and writes it into `targets`. `predicted` are edges [n, anchors, 4, h, w], and
 * `truths` [n, m, 5], each left, top, right, bottom and class, where a class below 0 is padding.
 */
export function assignTargets(
  { predicted, truths }: { readonly predicted: NumericArray; readonly truths: NumericArray },
  targets: Targets,
  grid: DetectionGrid,
  size: GridSize,
  { ignoreThreshold = 0.6, anchorThreshold = 0.5, leastProbability = 0 }: AssignmentOptions = {},
): void {
  targets.edges.fill(0);
  targets.positive.fill(0);
  targets.probability.fill(0);
  targets.weight.fill(1);
  targets.labels.fill(noLabel);
  const cells = size.rows * size.columns;
  const anchors = grid.anchors.length;
  for (let image = 0; image < size.images; image++) {
    const objects = listTruths(truths.subarray(5 * image * size.truths, 5 * (image + 1) * size.truths));
    const at = (anchor: number): number => (image * anchors + anchor) * cells;
    ignoreFound(predicted, targets, objects, { first: at(0), count: anchors, cells, ignoreThreshold });
    // The largest first, so that small objects, of which few cells know, take the predictions that they share.
    const sorted = [...objects].sort((a, b) => measure(b.edges) - measure(a.edges));
    for (const object of sorted) {
      for (const anchor of findAnchors(object.edges, grid, anchorThreshold)) {
        for (const cell of findCells(object.edges, grid.stride, size)) {
          assign(predicted, targets, object, { block: at(anchor), cell, cells, leastProbability });
        }
      }
    }
  }
}

const measure = ([left, top, right, bottom]: BoxEdges): number => (right - left) * (bottom - top);

/** The edges at a place of [blocks, 4, cells], of which `block` counts the predictions before. */
const readEdges = (edges: NumericArray, block: number, cell: number, cells: number): BoxEdges => {
  const first = 4 * block + cell;
  return [edges[first]!, edges[first + cells]!, edges[first + 2 * cells]!, edges[first + 3 * cells]!];
};

function assign(
  predicted: NumericArray,
  targets: Targets,
  { edges, label }: Truth,
  place: {
    readonly block: number;
    readonly cell: number;
    readonly cells: number;
    readonly leastProbability: number;
  },
): void {
  const { block, cell, cells, leastProbability } = place;
  edges.forEach((edge, part) => {
    targets.edges[4 * block + part * cells + cell] = edge;
  });
  const at = block + cell;
  targets.positive[at] = 1;
  targets.weight[at] = 1;
  targets.labels[at] = label;
  const overlap = computeBoxOverlap(readEdges(predicted, block, cell, cells), edges);
  targets.probability[at] = Math.max(leastProbability, overlap);
}

/** Predictions that find an object without having to are not told that there is nothing. */
function ignoreFound(
  predicted: NumericArray,
  targets: Targets,
  objects: readonly Truth[],
  part: {
    readonly first: number;
    readonly count: number;
    readonly cells: number;
    readonly ignoreThreshold: number;
  },
): void {
  const { first, count, cells, ignoreThreshold } = part;
  for (let anchor = 0; anchor < count; anchor++) {
    const block = first + anchor * cells;
    for (let cell = 0; cell < cells; cell++) {
      const edges = readEdges(predicted, block, cell, cells);
      const isFound = objects.some((object) => computeBoxOverlap(edges, object.edges) > ignoreThreshold);
      if (isFound) targets.weight[block + cell] = 0;
    }
  }
}
