import type { Expression, Tensor, Value } from "@evenkeel/tensor";
import {
  buildExpression,
  e,
  evaluateExpression,
  mul,
  reshape,
  scope,
  softmaxCrossEntropy,
} from "@evenkeel/tensor";
import { checkOptions, checkTensors, fraction, nonNegative, nullOr } from "@evenkeel/tensor/checks";
import { checkLabelShape, findClassAxis, moveClassesLast } from "./class-axis.ts";
import { bceFormula } from "./elementwise.ts";
import type { Formula } from "./formula.ts";
import { checkFloats, computeLoss } from "./formula.ts";
import { checkLabels } from "./host-integers.ts";
import { checkWeight, pickWeights } from "./label-weights.ts";
import { checkMask, hideMasked } from "./mask.ts";
import type { LabelLossOptions, LossOptions } from "./reduction.ts";
import { ignoredByDefault, labelLossRules, lossRules, reduceLabelLoss } from "./reduction.ts";

/** (1 - p)^gamma; 1 - p is kept away from 0, where the slope of a power below 1 is infinite. */
const focus = (rest: Value, gamma: Value): Value =>
  e.pow(e.select(e.greater(rest, 1e-12), rest, 1e-12), gamma);

export interface FocalOptions extends LabelLossOptions {
  /** How much less easy samples count; 0 gives the cross-entropy. Default: 2. */
  readonly gamma?: number;
}

let focused: Expression | undefined;

/**
 * The cross-entropy between the softmax of logits and class labels, times (1 - p)^gamma, where p is the probability of the label
 * (Lin et al. 2017, equation 5). `weight` is the factor alpha of each class; it does not change the divisor of the mean,
 * which is taken over samples whose label is not `ignoreIndex`.
 *
 * Shapes: f32 or f16 [n, classes, ...] or [classes], i32 [n, ...] or [] -> f32 [], or [n, ...] with reduction `none`. Throws as
 * `crossEntropy` does.
 *
 * @example focal(logits, labels, { gamma: 2 })
 */
export function focal(logits: Tensor, labels: Tensor, options: FocalOptions = {}): Tensor {
  checkTensors("focal", logits, labels);
  checkOptions<FocalOptions>("focal", options, { ...labelLossRules, gamma: nonNegative });
  checkFloats("focal", "logits", logits);
  const axis = findClassAxis("focal", logits, options.axis);
  const { ignoreIndex = ignoredByDefault, gamma = 2, weight, ...common } = options;
  const classes = logits.shape[axis]!;
  checkLabels("focal", labels, classes, ignoreIndex);
  checkLabelShape("focal", logits, labels, axis);
  if (weight !== undefined) checkWeight("focal", weight, classes);
  const { mask } = common;
  if (mask !== undefined) checkMask("focal", mask, labels);
  return scope(() => {
    const counted = mask === undefined ? labels : hideMasked(labels, mask, ignoreIndex);
    const flat = reshape(counted, [labels.size]);
    const plain = softmaxCrossEntropy(moveClassesLast(logits, axis), flat, { ignoreIndex });
    const losses = reshape(gamma === 0 ? plain : focusLosses(plain, gamma), labels.shape);
    const weighted = weight === undefined ? losses : mul(losses, pickWeights(counted, weight, ignoreIndex));
    return reduceLabelLoss("focal", weighted, counted, { ...common, ignoreIndex });
  });
}

/** 1 - p is 1 - exp(-loss). */
function focusLosses(losses: Tensor, gamma: number): Tensor {
  focused ??= buildExpression({ inputs: ["f32"], scalars: ["f32"] }, ([loss], [g]) =>
    e.mul(loss!, focus(e.neg(e.expm1(e.neg(loss!))), g!)),
  );
  return evaluateExpression(focused, [losses], { scalars: [gamma] })[0]!;
}

/** The cross-entropy times (1 - p)^gamma and times alpha t + (1 - alpha) (1 - t), where p is the probability of the target. */
const sigmoidFocalFormula: Formula = {
  inputs: ["logits", "targets"],
  scalars: 3,
  loss: ([x, t], [gamma, positive, negative]) => {
    const p = e.sigmoid(x!);
    const other = e.sigmoid(e.neg(x!));
    const rest = e.add(e.mul(other, t!), e.mul(p, e.sub(1, t!)));
    const alpha = e.add(e.mul(positive!, t!), e.mul(negative!, e.sub(1, t!)));
    return e.mul(alpha, e.mul(focus(rest, gamma!), bceFormula.loss([x!, t!], [])));
  },
};

export interface SigmoidFocalOptions extends LossOptions {
  /** The factor of positive targets, which makes that of negative ones 1 - alpha; null for none. Default: 0.25. */
  readonly alpha?: number | null;
  /** How much less easy targets count; default 2. */
  readonly gamma?: number;
}

/**
 * The focal loss of sigmoid(logits) and targets that are 0 or 1 (Lin et al. 2017), as torchvision's `sigmoid_focal_loss`: for
 * detectors and for several labels of one sample.
 *
 * Shapes: f32 or f16 any, the same -> f32 [], or the same with reduction `none`. Throws ShapeError when they differ, DTypeError
 * for other dtypes, ArgumentError for options out of range.
 *
 * @example sigmoidFocal(tensor([2, -1]), tensor([1, 0]), { reduction: "none" }) // [0.0004509, 0.01699]
 */
export function sigmoidFocal(logits: Tensor, targets: Tensor, options: SigmoidFocalOptions = {}): Tensor {
  checkOptions<SigmoidFocalOptions>("sigmoidFocal", options, {
    ...lossRules,
    alpha: nullOr(fraction),
    gamma: nonNegative,
  });
  const { alpha = 0.25, gamma = 2 } = options;
  const factors = alpha === null ? [1, 1] : [alpha, 1 - alpha];
  return computeLoss("sigmoidFocal", sigmoidFocalFormula, [logits, targets], options, [gamma, ...factors]);
}
