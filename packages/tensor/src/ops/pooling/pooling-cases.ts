import type { Shape } from "../../core/spec.ts";
import type { PoolAttributes } from "./attributes.ts";
import type { Extent, PoolOptions } from "./pooling-geometry.ts";
import { readPoolAttributes } from "./pooling-geometry.ts";

export interface PoolCase {
  readonly name: string;
  readonly shape: Shape;
  readonly attrs: PoolAttributes;
}

const over = (
  name: string,
  shape: Shape,
  rank: 1 | 2,
  kernel: Extent,
  options: PoolOptions = {},
): PoolCase => ({ name, shape, attrs: readPoolAttributes(name, rank, kernel, options) });

/** Every way in which windows can lie: what the vector paths take, what hangs over an edge, and what is left. */
export const poolCases: readonly PoolCase[] = [
  over("pairs", [2, 3, 8, 16], 2, 2),
  over("pairs, odd sizes", [2, 3, 7, 19], 2, 2),
  over("pairs, odd sizes, ceil mode", [2, 3, 7, 19], 2, 2, { ceilMode: true }),
  over("pairs, padded", [1, 2, 6, 10], 2, 2, { padding: 1 }),
  over("pairs, overlapping rows", [1, 2, 6, 12], 2, 2, { stride: [1, 2] }),
  over("three by three, every position", [2, 2, 9, 11], 2, 3, { stride: 1, padding: 1 }),
  over("three by three, every second", [2, 2, 13, 21], 2, 3, { stride: 2, padding: 1 }),
  over("three by three, every second, ceil mode", [1, 2, 12, 20], 2, 3, {
    stride: 2,
    padding: 1,
    ceilMode: true,
  }),
  over("every third", [1, 2, 10, 17], 2, 2, { stride: 3 }),
  over("every third, ceil mode", [1, 2, 10, 17], 2, 3, { stride: 3, ceilMode: true }),
  over("tall windows", [1, 2, 9, 9], 2, [5, 1], { stride: [2, 1], padding: [2, 0] }),
  over("wide windows", [1, 2, 5, 13], 2, [1, 4], { stride: [1, 2], padding: [0, 2] }),
  over("a window as large as the plane", [2, 3, 7, 7], 2, 7),
  over("a window beyond the plane", [1, 2, 3, 3], 2, 5, { padding: 2 }),
  over("a window of more than 256", [1, 2, 18, 17], 2, 17, { stride: 1 }),
  over("pairs among many places", [1, 2, 20, 40], 2, [18, 20], { stride: 2, padding: 2 }),
  over("one dimension", [2, 3, 17], 1, 3, { stride: 2, padding: 1 }),
  over("one dimension of a vector", [12], 1, 2),
  over("no images", [0, 3, 4, 4], 2, 2),
  over("rank 2", [6, 7], 2, 3, { stride: 1 }),
  over("rank 5", [2, 1, 3, 4, 6], 2, 2),
  over("large: 65,537 planes", [65_537, 2, 2], 2, 2),
  over("large: long rows", [3, 70_001], 1, 3, { stride: 2 }),
];
