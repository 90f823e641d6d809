import type { SoftmaxCrossEntropyOptions, Tensor } from "@evenkeel/tensor";
import { scope, softmaxCrossEntropy } from "@evenkeel/tensor";
import { belowOne, checkOptions, checkTensors } from "@evenkeel/tensor/checks";
import { checkLabels } from "./host-integers.ts";
import type { LossOptions } from "./reduction.ts";
import { ignoredByDefault, labelLossRules, reduceLabelLoss } from "./reduction.ts";

/** Label smoothing, the label to ignore, and the reduction. */
export interface CrossEntropyOptions extends SoftmaxCrossEntropyOptions, LossOptions {}

/**
 * The cross-entropy between the softmax of logits and class labels. The mean is taken over samples whose label is not
 * `ignoreIndex`; it is NaN where there is none.
 *
 * Shapes: f32 or f16 [n, classes], i32 [n] -> f32 [], or [n] with reduction `none`. Throws ShapeError, DTypeError, and ArgumentError
 * for options out of range. A label that is not a class is an ArgumentError too: of a host array in `fit` and `evaluate` it is
 * thrown, elsewhere the next read rejects with it.
 *
 * @param options.labelSmoothing the probability that is spread evenly over all classes, default 0
 * @param options.ignoreIndex default -100
 * @example crossEntropy(model.forward(images), labels, { labelSmoothing: 0.1 })
 */
export function crossEntropy(logits: Tensor, labels: Tensor, options: CrossEntropyOptions = {}): Tensor {
  checkTensors("crossEntropy", logits, labels);
  checkOptions<CrossEntropyOptions>("crossEntropy", options, { ...labelLossRules, labelSmoothing: belowOne });
  const { ignoreIndex = ignoredByDefault, labelSmoothing } = options;
  checkLabels("crossEntropy", labels, logits.shape.at(-1) ?? 0, ignoreIndex);
  return scope(() => {
    const losses = softmaxCrossEntropy(logits, labels, { ignoreIndex, labelSmoothing });
    return reduceLabelLoss(losses, labels, options);
  });
}
