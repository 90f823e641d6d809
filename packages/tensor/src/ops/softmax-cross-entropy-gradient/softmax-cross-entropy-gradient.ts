import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { storedAs } from "../cast/cast.ts";
import { pointwise } from "../fuse/pointwise.ts";
import { reshape } from "../reshape/reshape.ts";
import { crossEntropyPlan } from "../softmax/plan.ts";
import { softmax } from "../softmax/softmax.ts";
import type { CrossEntropyAttributes } from "../softmax-cross-entropy/softmax-cross-entropy.ts";

/**
 * With p = softmax(logits of the sample), q = labelSmoothing and c classes:
 * dLogits_j = dLoss (p_j - (1 - q) [j = label] - q / c);   0 for an ignored label, NaN for one that is no class.
 */
export const softmaxCrossEntropyGradientOp: Op<CrossEntropyAttributes> = {
  name: "softmaxCrossEntropyGradient",
  outputs: ([logits]) => [{ shape: logits!.shape, dtype: logits!.dtype }],
  meaning: {
    composition: ([logits, labels, dLoss], { labelSmoothing, ignoreIndex }) => {
      const [n, classes] = logits!.shape as [number, number];
      const slope = (p: Value, label: Value, gradient: Value): Value => {
        const column = e.cast(e.rem(e.indexLike(p), classes), "i32");
        const target = e.select(e.equal(label, column), 1 - labelSmoothing, 0);
        const value = e.mul(gradient, e.sub(p, e.add(target, labelSmoothing / classes)));
        const isClass = e.and(e.greaterEqual(label, 0), e.less(label, classes));
        return e.select(e.equal(label, ignoreIndex), 0, e.select(isClass, value, Number.NaN));
      };
      const gradient = pointwise(
        [softmax(logits!), reshape(labels!, [n, 1]), reshape(dLoss!, [n, 1])],
        slope,
      );
      return [storedAs(gradient, logits!.dtype)];
    },
  },
  kernels: {
    wasm: ([logits], attrs) => crossEntropyPlan("crossEntropyGradient", 3, logits!, attrs),
  },
};

/** The gradient of `softmaxCrossEntropy` with respect to its logits, in one launch: softmax is computed again. */
export function softmaxCrossEntropyGradient(
  logits: Tensor,
  labels: Tensor,
  dLoss: Tensor,
  attrs: CrossEntropyAttributes,
): Tensor {
  return execute(softmaxCrossEntropyGradientOp, [logits, labels, dLoss], attrs)[0]!;
}
