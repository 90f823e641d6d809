import type { Shape } from "../../core/spec.ts";
import type { Margin } from "../convolution/window-options.ts";

/** Windows over the last one or two dimensions. */
export interface PoolAttributes {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly Margin[];
  readonly dilation: readonly number[];
  readonly ceilMode: boolean;
  /**
   * The number of windows of an adaptive pooling: window i of n extends from floor(i length / n) to ceil((i + 1) length / n).
   * The kernel is then the largest window; stride, padding and dilation have no meaning.
   */
  readonly windows?: readonly number[];
}

export interface PoolGradientAttributes extends PoolAttributes {
  /** The shape of the input of the pooling. */
  readonly inputShape: Shape;
}

export interface AvgPoolAttributes extends PoolAttributes {
  /** Whether positions in the padding count as zeros; those that ceil mode adds after it never count. */
  readonly countIncludePad: boolean;
  /** What sums are divided by in place of the number of positions. */
  readonly divisor?: number;
}

export type AvgPoolGradientAttributes = AvgPoolAttributes & PoolGradientAttributes;

export interface UnpoolAttributes {
  /** The sizes of the lines, planes or volumes of the output. */
  readonly sizes: readonly number[];
}
