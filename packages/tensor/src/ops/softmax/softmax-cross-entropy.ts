import { checkOptions } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import type { Rules } from "../../checks/rules.ts";
import { belowOne } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { Spec } from "../../core/spec.ts";
import { formatShape } from "../../core/spec.ts";
import { floatTypes, indexType } from "../../expression/dtype-kinds.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { cast } from "../elementwise/cast.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import { reshape } from "../movement/reshape.ts";
import type { CrossEntropyAttributes } from "./attributes.ts";
import { softmax } from "./softmax.ts";
import { softmaxFamily } from "./softmax-family.ts";

function checkOperands(logits: Spec, labels: Spec): void {
  checkDType("softmaxCrossEntropy", "logits", logits, ...floatTypes);
  checkDType("softmaxCrossEntropy", "labels", labels, indexType);
  const [n] = logits.shape;
  if (logits.shape.length !== 2 || labels.shape.length !== 1 || labels.shape[0] !== n) {
    throw new ShapeError(
      `softmaxCrossEntropy: found logits ${formatShape(logits.shape)} and labels ${formatShape(labels.shape)}, expected [n, classes] and [n]`,
    );
  }
}

/**
 * With p = softmax(logits of the sample), q = labelSmoothing and c classes:
 * loss = -(1 - q) log p_label - q / c sum_j log p_j;   0 for an ignored label, NaN for one that is no class.
 */
export const softmaxCrossEntropyOp: Op<CrossEntropyAttributes> = {
  name: "softmaxCrossEntropy",
  outputs: ([logits, labels]) => {
    checkOperands(logits!, labels!);
    return [{ shape: labels!.shape, dtype: "f32" }];
  },
  meaning: {
    loops: ([logits, labels], [loss], { labelSmoothing, ignoreIndex }) => {
      const classes = logits!.shape[1]!;
      labels!.data.forEach((label, sample) => {
        const row = logits!.data.subarray(sample * classes, (sample + 1) * classes);
        const max = row.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
        const logTotal = Math.log(row.reduce((total, logit) => total + Math.exp(logit - max), 0));
        const computeLog = (logit: number): number => logit - max - logTotal;
        let value = -(1 - labelSmoothing) * computeLog(row[label]!);
        if (labelSmoothing > 0) {
          value -= (labelSmoothing / classes) * row.reduce((total, logit) => total + computeLog(logit), 0);
        }
        const isClass = label >= 0 && label < classes;
        loss!.data[sample] = label === ignoreIndex ? 0 : isClass ? value : Number.NaN;
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [0, 1], outputs: [] }),
    apply: ({ inputs: [logits, labels], outputGradients: [dLoss], attrs }) => [
      softmaxCrossEntropyGradient(logits!, labels!, dLoss!, attrs),
      undefined,
    ],
  },
  family: softmaxFamily,
};

export interface SoftmaxCrossEntropyOptions {
  /** The probability that is spread evenly over all classes, in [0, 1). Default: 0. */
  readonly labelSmoothing?: number;
  /** Samples with this label have loss 0 and gradient 0. Default: -100, as in PyTorch. */
  readonly ignoreIndex?: number;
}

const rules: Rules<SoftmaxCrossEntropyOptions> = {
  labelSmoothing: belowOne,
  ignoreIndex: {
    expected: "a 32-bit integer",
    accepts: (value) => typeof value === "number" && value === (value | 0),
  },
};

/**
 * The cross-entropy between the softmax of logits and class labels, one loss for each sample, in one launch for each
 * direction. A label that is not a class (and not `ignoreIndex`) makes the loss and the gradient of its sample NaN, and
 * the next read, or `idle`, rejects with ArgumentError, which says how many there are.
 *
 * Shapes: f32 or f16 [n, classes], i32 [n] -> f32 [n]. Throws ShapeError, DTypeError, and ArgumentError for options out of range.
 *
 * @example mean(softmaxCrossEntropy(logits, labels, { labelSmoothing: 0.1 }))
 */
export function softmaxCrossEntropy(
  logits: Tensor,
  labels: Tensor,
  options: SoftmaxCrossEntropyOptions = {},
): Tensor {
  checkOptions<SoftmaxCrossEntropyOptions>("softmaxCrossEntropy", options, rules);
  const { labelSmoothing = 0, ignoreIndex = -100 } = options;
  return execute(softmaxCrossEntropyOp, [logits, labels], { labelSmoothing, ignoreIndex })[0]!;
}

/**
 * With p = softmax(logits of the sample), q = labelSmoothing and c classes:
 * dLogits_j = dLoss (p_j - (1 - q) [j = label] - q / c);   0 for an ignored label, NaN for one that is no class.
 */
export const softmaxCrossEntropyGradientOp: Op<CrossEntropyAttributes> = {
  name: "softmaxCrossEntropyGradient",
  outputs: ([logits, labels, dLoss]) => {
    checkOperands(logits!, labels!);
    checkDType("softmaxCrossEntropyGradient", "dLoss", dLoss!, ...floatTypes);
    return [{ shape: logits!.shape, dtype: logits!.dtype }];
  },
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
      return [cast(gradient, logits!.dtype)];
    },
  },
  family: softmaxFamily,
};

/** The gradient of `softmaxCrossEntropy` with respect to its logits, in one launch that computes softmax again. */
export function softmaxCrossEntropyGradient(
  logits: Tensor,
  labels: Tensor,
  dLoss: Tensor,
  attrs: CrossEntropyAttributes,
): Tensor {
  return execute(softmaxCrossEntropyGradientOp, [logits, labels, dLoss], attrs)[0]!;
}
