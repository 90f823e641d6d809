import type { Shape } from "../../core/spec.ts";

/** Windows over the last one or two dimensions. */
export interface PoolAttributes {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly ceilMode: boolean;
}

export interface PoolGradientAttributes extends PoolAttributes {
  /** The shape of what was pooled. */
  readonly inputShape: Shape;
}

export interface AvgPoolAttributes extends PoolAttributes {
  /** Whether positions in the padding count as zeros; positions beyond it, of ceil mode, never do. */
  readonly countIncludePad: boolean;
}

export type AvgPoolGradientAttributes = AvgPoolAttributes & PoolGradientAttributes;
