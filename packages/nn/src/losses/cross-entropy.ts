import type { SoftmaxCrossEntropyOptions, Tensor } from "@evenkeel/tensor";
import { div, scope, softmaxCrossEntropy, sum } from "@evenkeel/tensor";
import { isOtherClass } from "../metrics/classes.ts";
import type { LossOptions } from "./reduction.ts";
import { reduceLoss } from "./reduction.ts";

/** Label smoothing, the label to ignore, and the reduction. */
export interface CrossEntropyOptions extends SoftmaxCrossEntropyOptions, LossOptions {}

/**
 * The cross-entropy between the softmax of logits and class labels. The mean is taken over samples whose label is not
 * `ignoreIndex`.
 *
 * Shapes: f32 [n, classes], i32 [n] -> [], or [n] with reduction `none`. Throws ShapeError, DTypeError, and ArgumentError
 * for options out of range.
 *
 * @param options.labelSmoothing the probability that is spread evenly over all classes, default 0
 * @param options.ignoreIndex default -100
 * @example crossEntropy(model.forward(images), labels, { labelSmoothing: 0.1 })
 */
export function crossEntropy(logits: Tensor, labels: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { reduction = "mean", ignoreIndex = -100, labelSmoothing } = options;
  return scope(() => {
    const losses = softmaxCrossEntropy(logits, labels, { ignoreIndex, labelSmoothing });
    if (reduction !== "mean") return reduceLoss(losses, reduction);
    return div(sum(losses), sum(isOtherClass(labels, ignoreIndex)));
  });
}
