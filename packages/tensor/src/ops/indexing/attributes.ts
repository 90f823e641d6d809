import type { NegativeIndices, OutOfRange } from "./indexing.ts";

export interface TakeAttributes {
  /** Counted from the front. */
  readonly axis: number;
  readonly outOfRange: OutOfRange;
  readonly negative: NegativeIndices;
}

export interface GatherAttributes {
  /** Counted from the front. */
  readonly axis: number;
  readonly outOfRange: OutOfRange;
  readonly negative: NegativeIndices;
}

export interface IndexAddAttributes {
  /** Counted from the front. */
  readonly axis: number;
  /** The number of elements along the axis of the result. */
  readonly size: number;
  readonly outOfRange: OutOfRange;
  readonly negative: NegativeIndices;
}

export interface TopKAttributes {
  readonly k: number;
  /** Counted from the front. */
  readonly axis: number;
  /** Whether the largest or the smallest values are selected. */
  readonly largest: boolean;
}
