import { describe, expect, test } from "vitest";
import type { Targets } from "./assign-targets.ts";
import { assignTargets, noLabel } from "./assign-targets.ts";
import { clusterAnchors } from "./cluster-anchors.ts";
import type { DetectionGrid } from "./grid.ts";

/** Two anchors on a grid of 2 x 3 cells of 10 pixels. */
const grid: DetectionGrid = {
  anchors: [
    [8, 8],
    [20, 20],
  ],
  stride: 10,
};
const [rows, columns] = [2, 3];
const cells = rows * columns;

function assign(
  truths: readonly (readonly number[])[],
  options: {
    readonly predicted?: Float32Array;
    readonly ignoreThreshold?: number;
    readonly anchorThreshold?: number;
    readonly leastProbability?: number;
  } = {},
): Targets {
  const { predicted = new Float32Array(2 * 4 * cells), ...rest } = options;
  const targets: Targets = {
    edges: new Float32Array(2 * 4 * cells).fill(Number.NaN),
    positive: new Float32Array(2 * cells).fill(Number.NaN),
    probability: new Float32Array(2 * cells).fill(Number.NaN),
    weight: new Float32Array(2 * cells).fill(Number.NaN),
    labels: new Int32Array(2 * cells),
  };
  const size = { images: 1, rows, columns, truths: truths.length };
  assignTargets({ predicted, truths: Float32Array.from(truths.flat()) }, targets, grid, size, rest);
  return targets;
}

/** Places of an anchor whose predictions should find something. */
const listFound = ({ positive }: Targets, anchor: number): number[] =>
  Array.from({ length: cells }, (_, cell) => cell).filter((cell) => positive[anchor * cells + cell] === 1);

/** Predictions that are all far away, but for one. */
function predict(anchor: number, cell: number, edges: readonly number[]): Float32Array {
  const predicted = new Float32Array(2 * 4 * cells);
  edges.forEach((edge, part) => {
    predicted[(anchor * 4 + part) * cells + cell] = edge;
  });
  return predicted;
}

describe("targets", () => {
  test("are those of the cell of the middle and of the nearest two, with the anchor of the nearest size", () => {
    // Its middle (17, 4) is in cell 1, nearest to the cells on its right and above it, of which the latter is outside.
    const targets = assign([[13, 0, 21, 8, 2]]);
    expect(listFound(targets, 0)).toEqual([1, 2]);
    expect(listFound(targets, 1)).toEqual([]);
    expect([0, 1, 2, 3].map((part) => targets.edges[part * cells + 1])).toEqual([13, 0, 21, 8]);
    expect(targets.edges[0]).toBe(0);
    expect([targets.labels[0], targets.labels[1], targets.labels[2]]).toEqual([noLabel, 2, 2]);
    expect([...targets.weight]).toEqual(new Array(2 * cells).fill(1));
    // Its middle (14, 12) is nearest to the cells on its left and above it.
    expect(listFound(assign([[10, 8, 18, 16, 0]]), 0)).toEqual([1, 3, 4]);
  });

  test("are those of all anchors whose sizes fit well enough", () => {
    // A box of 14 x 14 overlaps the anchors by 64 / 196 and 196 / 400.
    const box = [3, 3, 17, 17, 1];
    expect(listFound(assign([box]), 0)).toEqual([]);
    expect(listFound(assign([box]), 1)).not.toEqual([]);
    expect(listFound(assign([box], { anchorThreshold: 0.3 }), 0)).toEqual(
      listFound(assign([box], { anchorThreshold: 0.3 }), 1),
    );
  });

  test("leave out padding and boxes without area, and an image without objects has none", () => {
    const empty = assign([]);
    expect(empty.positive.every((value) => value === 0)).toBe(true);
    expect(empty.labels.every((label) => label === noLabel)).toBe(true);
    const degenerate = [
      [5, 5, 5, 9, 0],
      [5, 5, 9, 5, 0],
      [9, 9, 5, 5, 0],
      [1, 1, 9, 9, -1],
    ];
    expect(assign(degenerate)).toEqual(empty);
  });

  test("are the overlaps of predictions with their objects, but for a least probability", () => {
    const predicted = predict(0, 3, [10, 8, 18, 14]);
    const read = ({ probability }: Targets) => [0, 3, 4].map((cell) => probability[cell]);
    const box = [10, 8, 18, 16, 0];
    expect(read(assign([box], { predicted }))).toEqual([0, 0.75, 0]);
    expect(read(assign([box], { predicted, leastProbability: 0.5 }))).toEqual([0, 0.75, 0.5]);
    expect(read(assign([box], { predicted, leastProbability: 1 }))).toEqual([0, 1, 1]);
  });

  test("do not tell predictions that overlap an object that there is nothing", () => {
    const box = [10, 8, 18, 16, 0];
    const predicted = predict(1, 5, [10, 8, 18, 13]);
    expect(assign([box], { predicted }).weight[cells + 5]).toBe(0);
    expect(assign([box], { predicted, ignoreThreshold: 0.63 }).weight[cells + 5]).toBe(1);
    // One that should find the object counts.
    expect(assign([box], { predicted: predict(0, 4, [10, 8, 18, 13]) }).weight[4]).toBe(1);
  });

  test("of a place that two objects share are those of the smaller one, in any order", () => {
    const [large, small] = [
      [2, 2, 11, 11, 0],
      [3, 3, 10, 10, 1],
    ];
    for (const truths of [
      [large!, small!],
      [small!, large!],
    ]) {
      expect(assign(truths).labels[0]).toBe(1);
    }
  });

  test("of an object outside of the image are in the nearest cell", () => {
    expect(listFound(assign([[26, -9, 34, -1, 0]]), 0)).toContain(2);
  });
});

describe("anchors", () => {
  test("are the means of clusters, by rising area", () => {
    const sizes = [
      [80, 90],
      [10, 10],
      [82, 90],
      [12, 10],
    ] as const;
    const { anchors, meanOverlap } = clusterAnchors(sizes, 2, { seed: 1 });
    expect(anchors).toEqual([
      [11, 10],
      [81, 90],
    ]);
    expect(meanOverlap).toBeCloseTo((10 / 11 + 11 / 12 + 80 / 81 + 81 / 82) / 4, 12);
  });

  test("are local optima that depend on the seed alone, and more of them fit better", () => {
    const sizes = Array.from({ length: 60 }, (_, index): [number, number] => [
      10 + ((37 * index) % 50),
      10 + ((23 * index) % 41),
    ]);
    const three = clusterAnchors(sizes, 3, { seed: 5 });
    expect(clusterAnchors(sizes, 3, { seed: 5 })).toEqual(three);
    expect(clusterAnchors(sizes, 6, { seed: 5 }).meanOverlap).toBeGreaterThan(three.meanOverlap);
    expect(three.meanOverlap).toBeGreaterThanOrEqual(
      clusterAnchors(sizes, 3, { seed: 5, attempts: 1 }).meanOverlap,
    );
  });

  test("need boxes with area, and as many as there are clusters", () => {
    expect(() => clusterAnchors([[0, 3]], 1)).toThrow("clusterAnchors: sizes");
    expect(() => clusterAnchors([[2, 3]], 2)).toThrow(
      "clusterAnchors: count: found 2 for 1 boxes, expected at most as many",
    );
  });
});
