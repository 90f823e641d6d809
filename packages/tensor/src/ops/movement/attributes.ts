import type { Shape } from "../../core/spec.ts";

export interface ConcatenateAttributes {
  /** Counted from the front. */
  readonly axis: number;
}

export interface FlipAttributes {
  /** Sorted, distinct, counted from the front. */
  readonly axes: readonly number[];
}

export interface TransposeAttributes {
  /** Axis k of the output is axis `permutation[k]` of the input. */
  readonly permutation: readonly number[];
}

/** For every axis: 0 <= begin <= end <= dimension and step >= 1, or -1 <= end <= begin < dimension and step <= -1. */
export interface SliceAttributes {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly step: readonly number[];
}

export const computeSlicedShape = ({ begin, end, step }: SliceAttributes): number[] =>
  // Adding 0 prevents a size of -0.
  begin.map((first, axis) => Math.ceil((end[axis]! - first) / step[axis]!) + 0);

/** For every axis, the number of elements before, after, and between neighbours, all >= 0. */
export interface PadAttributes {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly interior: readonly number[];
}

export const computePaddedShape = (shape: Shape, { low, high, interior }: PadAttributes): number[] =>
  shape.map((size, axis) => low[axis]! + size + Math.max(0, size - 1) * interior[axis]! + high[axis]!);
