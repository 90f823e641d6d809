import type { Expression, SoftmaxCrossEntropyOptions, Tensor } from "@evenkeel/tensor";
import {
  add,
  buildExpression,
  cast,
  e,
  evaluateExpression,
  indexType,
  isFloat,
  logSoftmax,
  mul,
  ones,
  reshape,
  scope,
  softmaxCrossEntropy,
  sum,
} from "@evenkeel/tensor";
import { belowOne, checkOptions, checkTensors } from "@evenkeel/tensor/checks";
import { checkLabelShape, findClassAxis, moveClassesLast } from "./class-axis.ts";
import { checkFloats, checkSameShape } from "./formula.ts";
import { checkLabels } from "./host-integers.ts";
import { checkWeight, pickWeights } from "./label-weights.ts";
import { checkMask, hideMasked, hideMaskedVectors } from "./mask.ts";
import type { LabelLossOptions } from "./reduction.ts";
import { ignoredByDefault, labelLossRules, reduceLabelLoss, reduceLoss } from "./reduction.ts";

/** Label smoothing, the label to ignore, weights and axis of the classes, and the reduction. */
export interface CrossEntropyOptions extends SoftmaxCrossEntropyOptions, LabelLossOptions {}

/**
 * The cross-entropy between the softmax of logits and class labels, or the probabilities of the classes. The mean is taken over
 * samples whose label is not `ignoreIndex`, weighted by the weights of their classes; it is NaN where there is none. Samples may
 * have further axes, such as the pixels of a segmentation. The mean with probabilities is taken over all samples, as in PyTorch.
 *
 * Shapes: f32 or f16 [n, classes, ...] or [classes], i32 [n, ...] or [], or probabilities of the shape of the logits -> f32 [], or
 * [n, ...] with reduction `none`. Throws ShapeError, DTypeError, and ArgumentError for options out of range. A label that is not
 * a class is an ArgumentError too: of a host array in `fit` and `evaluate` it is thrown, elsewhere the next read rejects with it.
 *
 * @param options.labelSmoothing the probability that is spread evenly over all classes, default 0
 * @param options.ignoreIndex default -100
 * @example crossEntropy(model.forward(images), labels, { labelSmoothing: 0.1 })
 */
export function crossEntropy(logits: Tensor, labels: Tensor, options: CrossEntropyOptions = {}): Tensor {
  checkTensors("crossEntropy", logits, labels);
  checkOptions<CrossEntropyOptions>("crossEntropy", options, { ...labelLossRules, labelSmoothing: belowOne });
  checkFloats("crossEntropy", "logits", logits);
  const axis = findClassAxis("crossEntropy", logits, options.axis);
  if (options.weight !== undefined) checkWeight("crossEntropy", options.weight, logits.shape[axis]!);
  const isSoft = isFloat(labels.dtype) && labels.rank === logits.rank;
  return scope(() =>
    isSoft ? computeSoftLoss(logits, labels, axis, options) : computeHardLoss(logits, labels, axis, options),
  );
}

/** The values of each sample as a row, in f32; zeros where the mask is 0. */
function toRows(values: Tensor, axis: number, mask: Tensor | undefined): Tensor {
  const counted = mask === undefined ? values : hideMaskedVectors("crossEntropy", values, mask, { axis });
  return moveClassesLast(cast(counted, "f32"), axis);
}

function computeHardLoss(logits: Tensor, given: Tensor, axis: number, options: CrossEntropyOptions): Tensor {
  const { ignoreIndex = ignoredByDefault, labelSmoothing = 0, weight, mask } = options;
  checkLabels("crossEntropy", given, logits.shape[axis]!, ignoreIndex);
  checkLabelShape("crossEntropy", logits, given, axis);
  if (mask !== undefined) checkMask("crossEntropy", mask, given);
  const labels = mask === undefined ? given : hideMasked(given, mask, ignoreIndex);
  // With weights the logits are read twice: their gradients are added in f32, and label smoothing reads masked rows too.
  const rows = weight === undefined ? moveClassesLast(logits, axis) : toRows(logits, axis, mask);
  const flat = labels.rank === 1 ? labels : reshape(labels, [labels.size]);
  const shape = (losses: Tensor): Tensor => (labels.rank === 1 ? losses : reshape(losses, labels.shape));
  if (weight === undefined) {
    const losses = softmaxCrossEntropy(rows, flat, { ignoreIndex, labelSmoothing });
    return reduceLabelLoss("crossEntropy", shape(losses), labels, options);
  }
  const hard = mul(softmaxCrossEntropy(rows, flat, { ignoreIndex }), pickWeights(flat, weight, ignoreIndex));
  const losses =
    labelSmoothing === 0
      ? hard
      : add(mul(hard, 1 - labelSmoothing), spreadLosses(rows, flat, weight, { ignoreIndex, labelSmoothing }));
  return reduceLabelLoss("crossEntropy", shape(losses), labels, options);
}

let spread: Expression | undefined;

/** -q / c sum_j w_j log p_j, with labelSmoothing q and c classes; 0 for an ignored label. */
function spreadLosses(
  rows: Tensor,
  labels: Tensor,
  weight: Tensor,
  { ignoreIndex, labelSmoothing }: { readonly ignoreIndex: number; readonly labelSmoothing: number },
): Tensor {
  spread ??= buildExpression(
    { inputs: ["f32", "f32", indexType], scalars: [indexType, "f32"] },
    ([logP, w, label], [ignored, share]) =>
      e.select(e.equal(label!, ignored!), 0, e.neg(e.mul(e.mul(share!, w!), logP!))),
  );
  const inputs = [logSoftmax(rows), cast(weight, "f32"), reshape(labels, [labels.size, 1])];
  const scalars = [ignoreIndex, labelSmoothing / weight.size];
  return sum(evaluateExpression(spread, inputs, { scalars })[0]!, { axis: 1 });
}

let soft: Expression | undefined;

/** loss = -sum_j w_j ((1 - q) t_j + q / c) log p_j for targets t, with labelSmoothing q and c classes. */
function computeSoftLoss(
  logits: Tensor,
  targets: Tensor,
  axis: number,
  options: CrossEntropyOptions,
): Tensor {
  checkSameShape("crossEntropy", ["logits", "probabilities"], logits, targets);
  const { labelSmoothing = 0, weight, reduction, mask } = options;
  soft ??= buildExpression(
    { inputs: ["f32", "f32", "f32"], scalars: ["f32", "f32"] },
    ([logP, t, w], [kept, share]) => {
      const target = e.mul(w!, e.add(e.mul(kept!, t!), share!));
      // A class without probability does not count, even where its logit is -infinity.
      return e.select(e.equal(target, 0), 0, e.neg(e.mul(target, logP!)));
    },
  );
  const rows = toRows(logits, axis, mask);
  const weights = weight === undefined ? ones([], { backend: logits.backend }) : cast(weight, "f32");
  const inputs = [logSoftmax(rows), toRows(targets, axis, mask), weights];
  const scalars = [1 - labelSmoothing, labelSmoothing / rows.shape[1]!];
  const losses = sum(evaluateExpression(soft, inputs, { scalars })[0]!, { axis: 1 });
  return reduceLoss("crossEntropy", reshape(losses, logits.shape.toSpliced(axis, 1)), { reduction, mask });
}
