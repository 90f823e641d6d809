import type { Tensor } from "@evenkeel/tensor";
import { isArgmax, mean, scope } from "@evenkeel/tensor";

/**
 * The share of samples whose largest logit stands at their label. Stays on the device.
 *
 * Shapes: [n, classes], i32 [n] -> []. Throws ShapeError when they do not fit.
 *
 * @example await fit(model, { ..., metrics: { accuracy } });
 */
export function accuracy(logits: Tensor, labels: Tensor): Tensor {
  return scope(() => mean(isArgmax(logits, labels)));
}
