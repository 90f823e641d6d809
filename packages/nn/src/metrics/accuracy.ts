import type { Tensor } from "@evenkeel/tensor";
import { argmax, formatShape, mean, ShapeError, sameShape, scope } from "@evenkeel/tensor";
import { isSameClass } from "./classes.ts";

/**
 * The share of samples whose largest logit stands at their label. Stays on the device.
 *
 * Shapes: [n, classes], i32 [n] -> []. Throws ShapeError when they do not fit.
 *
 * @example await fit(model, { ..., metrics: { accuracy } });
 */
export function accuracy(logits: Tensor, labels: Tensor): Tensor {
  if (!sameShape(logits.shape.slice(0, -1), labels.shape)) {
    throw new ShapeError(
      `accuracy: found logits ${formatShape(logits.shape)} and labels ${formatShape(labels.shape)}, expected [n, classes] and [n]`,
    );
  }
  return scope(() => mean(isSameClass(argmax(logits, { axis: -1 }), labels)));
}
