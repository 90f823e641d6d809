import type { Tensor } from "@evenkeel/tensor";
import { div, formatShape, isArgmax, isSameShape, mul, ShapeError, scope, sum } from "@evenkeel/tensor";
import { checkOptions, checkTensors, integer } from "@evenkeel/tensor/checks";
import { countLabels, over } from "../losses/denominators.ts";
import { checkLabels } from "../losses/host-integers.ts";
import { isOtherClass } from "../losses/other-class.ts";
import { ignoredByDefault } from "../losses/reduction.ts";

export interface AccuracyOptions {
  /** Samples with this label do not count; default -100. */
  readonly ignoreIndex?: number;
}

/**
 * The share of samples whose largest logit is that of their label, among those whose label is not `ignoreIndex`. The result stays
 * on the device. Positions of a sequence are samples too.
 *
 * Shapes: f32 or f16 [..., classes], i32 [...] -> f32 []. Throws ShapeError when they do not fit, and ArgumentError for unknown options and, in
 * `fit` and `evaluate`, for a label of a host array that is not a class.
 *
 * @example await fit(model, { ...options, metrics: { accuracy } });
 */
export function accuracy(logits: Tensor, labels: Tensor, options: AccuracyOptions = {}): Tensor {
  checkTensors("accuracy", logits, labels);
  checkOptions<AccuracyOptions>("accuracy", options, { ignoreIndex: integer });
  const { ignoreIndex = ignoredByDefault } = options;
  const [classes = 0] = logits.shape.slice(-1);
  if (classes < 2 || !isSameShape(labels.shape, logits.shape.slice(0, -1))) {
    throw new ShapeError(
      `accuracy: found logits ${formatShape(logits.shape)} and labels ${formatShape(labels.shape)}, expected [..., classes] and [...], of at least two classes`,
    );
  }
  checkLabels("accuracy", labels, classes, ignoreIndex);
  return scope(() => {
    const hits = isArgmax(logits, labels);
    // A negative label is never a hit, so that it need not be left out.
    const right = sum(ignoreIndex < 0 ? hits : mul(hits, isOtherClass(labels, ignoreIndex)));
    const count = countLabels(labels, ignoreIndex);
    return over(div(right, count), count);
  });
}
