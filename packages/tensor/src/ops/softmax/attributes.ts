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
