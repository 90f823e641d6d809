import type { DType, Expression, Tensor } from "@evenkeel/tensor";
import {
  buildExpression,
  e,
  evaluateExpression,
  formatShape,
  gather,
  indexType,
  mean,
  mul,
  reshape,
  ShapeError,
  scope,
} from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { aTensor, checkOptions, checkTensors, finite } from "@evenkeel/tensor/checks";
import { checkLabelShape } from "./class-axis.ts";
import { bceFormula } from "./elementwise.ts";
import { checkFloats, checkSameShape, computeLosses } from "./formula.ts";
import { checkLabels } from "./host-integers.ts";
import { checkWeight, pickWeights } from "./label-weights.ts";
import { hideMasked, hideMaskedVectors } from "./mask.ts";
import type { LossOptions } from "./reduction.ts";
import { ignoredByDefault, lossRules, reduceLoss } from "./reduction.ts";

export interface MultiMarginOptions extends LossOptions {
  /** How much larger the score of the label must be than those of the other classes; default 1. */
  readonly margin?: number;
  /** The power of what is missing to the margin: 1 or 2. Default: 1. */
  readonly p?: 1 | 2;
  /** A weight for each class, [classes]: the loss of a sample is multiplied by that of its label. */
  readonly weight?: Tensor;
}

const oneOrTwo: Rule = { expected: "1 or 2", accepts: (value) => value === 1 || value === 2 };

const excesses = new Map<DType, Expression>();

/** max(0, margin - chosen + x) for each class but the label, in f32. */
function buildExcess(dtype: DType): Expression {
  let expression = excesses.get(dtype);
  if (expression === undefined) {
    const scalars = [indexType, "f32"] as const;
    expression = buildExpression(
      { inputs: [dtype, dtype, indexType], scalars },
      ([x, chosen, label], [classes, margin]) => {
        const column = e.rem(e.cast(e.indexLike(x!), indexType), classes!);
        const excess = e.add(e.sub(margin!, e.cast(chosen!, "f32")), e.cast(x!, "f32"));
        return e.select(e.or(e.equal(label!, column), e.lessEqual(excess, 0)), 0, excess);
      },
    );
    excesses.set(dtype, expression);
  }
  return expression;
}

/**
 * The mean over all classes of max(0, margin - score of the label + score of the class)^p, without the label itself: the hinge
 * loss of several classes, as PyTorch's `multi_margin_loss`.
 *
 * Shapes: f32 or f16 [n, classes] or [classes], i32 [n] or [] -> f32 [], or [n] with reduction `none`. Throws ShapeError, DTypeError,
 * and ArgumentError for options out of range and, as `nll`, for a label that is not a class.
 *
 * @example multiMargin(tensor([[0.5, 1, -3]]), tensor(Int32Array.of(0))) // 0.5, a third of 1.5
 */
export function multiMargin(scores: Tensor, labels: Tensor, options: MultiMarginOptions = {}): Tensor {
  checkTensors("multiMargin", scores, labels);
  checkOptions<MultiMarginOptions>("multiMargin", options, {
    ...lossRules,
    margin: finite,
    p: oneOrTwo,
    weight: aTensor,
  });
  checkFloats("multiMargin", "scores", scores);
  checkVectors("multiMargin", scores);
  const classes = scores.shape.at(-1)!;
  const { margin = 1, p = 1, weight, mask } = options;
  checkLabelShape("multiMargin", scores, labels, scores.rank - 1);
  checkLabels("multiMargin", labels, classes, ignoredByDefault);
  if (weight !== undefined) checkWeight("multiMargin", weight, classes);
  return scope(() => {
    const axis = scores.rank - 1;
    const x = mask === undefined ? scores : hideMaskedVectors("multiMargin", scores, mask, { axis });
    const known = mask === undefined ? labels : hideMasked(labels, mask);
    const column = reshape(known, [...known.shape, 1]);
    const chosen = gather(x, column, { axis, negative: "outOfRange" });
    const [excess] = evaluateExpression(buildExcess(x.dtype), [x, chosen, column], {
      scalars: [classes, margin],
    });
    const losses = mean(p === 1 ? excess! : mul(excess!, excess!), { axis });
    const weighted =
      weight === undefined ? losses : mul(losses, pickWeights(known, weight, ignoredByDefault));
    return reduceLoss("multiMargin", weighted, options);
  });
}

export interface MultiLabelOptions extends LossOptions {
  /** A weight for each class, [classes]: the loss of a class is multiplied by it. */
  readonly weight?: Tensor;
}

/**
 * The mean over all classes of `bceWithLogits`, for samples that may have several labels, as PyTorch's `multilabel_soft_margin_loss`.
 *
 * Shapes: f32 or f16 [n, classes] or [classes], twice the same -> f32 [], or [n] with reduction `none`. Throws ShapeError when they
 * differ, DTypeError for other dtypes, ArgumentError for unknown options.
 *
 * @example multiLabelSoftMargin(tensor([[0, 2]]), tensor([[1, 1]])) // 0.41
 */
export function multiLabelSoftMargin(
  logits: Tensor,
  targets: Tensor,
  options: MultiLabelOptions = {},
): Tensor {
  checkTensors("multiLabelSoftMargin", logits, targets);
  checkOptions<MultiLabelOptions>("multiLabelSoftMargin", options, { ...lossRules, weight: aTensor });
  checkVectors("multiLabelSoftMargin", logits);
  checkSameShape("multiLabelSoftMargin", ["logits", "targets"], logits, targets);
  const { weight, mask } = options;
  if (weight !== undefined) checkWeight("multiLabelSoftMargin", weight, logits.shape.at(-1)!);
  return scope(() => {
    const axis = logits.rank - 1;
    const inputs = [logits, targets].map((x) =>
      mask === undefined ? x : hideMaskedVectors("multiLabelSoftMargin", x, mask, { axis }),
    );
    const losses = computeLosses("multiLabelSoftMargin", bceFormula, inputs);
    const weighted = weight === undefined ? losses : mul(losses, weight);
    return reduceLoss("multiLabelSoftMargin", mean(weighted, { axis }), options);
  });
}

function checkVectors(operation: string, scores: Tensor): void {
  if (scores.rank === 1 || scores.rank === 2) return;
  throw new ShapeError(
    `${operation}: found scores ${formatShape(scores.shape)}, expected [n, classes] or [classes]`,
  );
}
