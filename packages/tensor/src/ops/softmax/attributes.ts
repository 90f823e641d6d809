import type { RangeCheck } from "../../core/devices/launch.ts";
import type { Spec } from "../../core/spec.ts";

export interface AxisAttributes {
  /** Counted from the front. */
  readonly axis: number;
}

export interface SoftmaxGradientAttributes extends AxisAttributes {
  /** A factor of the result. Default: 1. */
  readonly scale?: number;
}

export interface MaskedSoftmaxAttributes {
  readonly scale: number;
  /** Whether element j of row i counts only for j <= i. */
  readonly causal: boolean;
}

export interface CrossEntropyAttributes {
  /** The probability that is spread evenly over all classes, in [0, 1). */
  readonly labelSmoothing: number;
  /** Samples with this label have loss 0 and gradient 0. */
  readonly ignoreIndex: number;
}

/** The range check of the labels. The launch of the gradient needs none, because the loss has already checked its labels. */
export const makeLabelCheck = ({ shape: [, classes] }: Spec): RangeCheck => ({
  argument: "softmaxCrossEntropy: labels",
  range: `[0, ${classes})`,
});
