import type { Shape } from "../../core/spec.ts";

/** Windows over the last one or two dimensions. */
export interface PoolAttributes {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly ceilMode: boolean;
}

export interface PoolGradientAttributes extends PoolAttributes {
  /** The shape of the input of the pooling. */
  readonly inputShape: Shape;
}

export interface AvgPoolAttributes extends PoolAttributes {
  /** Whether positions in the padding count as zeros; those that ceil mode adds after it never count. */
  readonly countIncludePad: boolean;
}

export type AvgPoolGradientAttributes = AvgPoolAttributes & PoolGradientAttributes;
