import type { Tensor } from "@evenkeel/tensor";
import { gather, neg, reshape, scope } from "@evenkeel/tensor";
import type { LossOptions } from "./reduction.ts";
import { reduceLoss } from "./reduction.ts";

/**
 * The negative logarithm of the probability of each label. `crossEntropy` takes logits and does the same in fewer passes.
 *
 * Shapes: f32 [n, classes] log-probabilities, i32 [n] -> [], or [n] with reduction `none`. Throws ShapeError, DTypeError.
 *
 * @example nll(logSoftmax(logits), labels)
 */
export function nll(logProbabilities: Tensor, labels: Tensor, options: LossOptions = {}): Tensor {
  return scope(() => {
    const chosen = gather(logProbabilities, reshape(labels, [labels.size, 1]), { axis: 1 });
    return reduceLoss(neg(reshape(chosen, labels.shape)), options.reduction);
  });
}
