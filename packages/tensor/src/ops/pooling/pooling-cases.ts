import type { Shape } from "../../core/spec.ts";
import type { PoolAttributes } from "./attributes.ts";
import type { Extent, MaxPoolOptions } from "./pool-options.ts";
import { readPoolAttributes } from "./pool-options.ts";

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
  options: MaxPoolOptions = {},
): PoolCase => ({ name, shape, attrs: readPoolAttributes(name, shape, rank, kernel, options) });

/** Adaptive windows, whose largest ones have the sizes of the kernel. */
const adaptive = (
  name: string,
  shape: Shape,
  windows: readonly number[],
  kernel: readonly number[],
): PoolCase => ({
  name,
  shape,
  attrs: {
    kernel,
    stride: kernel,
    padding: kernel.map(() => [0, 0]),
    dilation: kernel.map(() => 1),
    ceilMode: false,
    windows,
  },
});

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
  over("padded at one end", [1, 2, 7, 11], 2, 3, {
    stride: 2,
    padding: [
      [0, 2],
      [2, 0],
    ],
  }),
  over("same", [1, 2, 6, 11], 2, [2, 3], { stride: 1, padding: "same" }),
  over("same, lower, every second", [1, 2, 7, 10], 2, [4, 3], { stride: 2, padding: "sameLower" }),
  adaptive("adaptive", [2, 3, 7, 13], [3, 5], [3, 4]),
  adaptive("adaptive, more windows than positions", [2, 3, 5, 6], [8, 6], [2, 1]),
  adaptive("adaptive, one dimension", [2, 3, 17], [4], [6]),
  over("no images", [0, 3, 4, 4], 2, 2),
  over("rank 2", [6, 7], 2, 3, { stride: 1 }),
  over("rank 5", [2, 1, 3, 4, 6], 2, 2),
  over("large: 65,537 planes", [65_537, 2, 2], 2, 2),
  over("large: long rows", [3, 70_001], 1, 3, { stride: 2 }),
];

/** Windows whose positions are not neighbours: of max pools only. */
export const dilatedCases: readonly PoolCase[] = [
  over("dilated", [2, 2, 11, 15], 2, 2, { stride: 1, dilation: 3, padding: 1 }),
  over("dilated, every second", [1, 2, 12, 17], 2, 3, { stride: 2, dilation: [2, 1], padding: [2, 1] }),
  over("dilated, every third, ceil mode", [1, 2, 11, 16], 2, [2, 3], {
    stride: 3,
    dilation: [1, 2],
    ceilMode: true,
  }),
  over("dilated, one dimension", [3, 21], 1, 4, { stride: 1, dilation: 2, padding: 3 }),
];
