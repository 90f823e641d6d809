import type { DType, Expression, Tensor } from "@evenkeel/tensor";
import {
  buildExpression,
  e,
  evaluateExpression,
  gather,
  indexType,
  mul,
  reshape,
  scope,
  unsqueeze,
} from "@evenkeel/tensor";
import { checkOptions, checkTensors } from "@evenkeel/tensor/checks";
import { checkLabelShape, findClassAxis } from "./class-axis.ts";
import { checkFloats } from "./formula.ts";
import { checkLabels } from "./host-integers.ts";
import { checkWeight, pickWeights } from "./label-weights.ts";
import type { LabelLossOptions } from "./reduction.ts";
import { ignoredByDefault, labelLossRules, reduceLabelLoss } from "./reduction.ts";

let replaced: Expression | undefined;
const negated = new Map<DType, Expression>();

/** The labels with 0 in place of the ignored one, so that each of them can be looked up. */
function replaceIgnored(labels: Tensor, ignoreIndex: number): Tensor {
  replaced ??= buildExpression({ inputs: [indexType], scalars: [indexType] }, ([label], [ignored]) =>
    e.select(e.equal(label!, ignored!), 0, label!),
  );
  return evaluateExpression(replaced, [labels], { scalars: [ignoreIndex] })[0]!;
}

/** The loss of each sample in f32; 0 where the label is ignored. */
function selectLosses(chosen: Tensor, labels: Tensor, ignoreIndex: number): Tensor {
  const { dtype } = chosen;
  let expression = negated.get(dtype);
  if (expression === undefined) {
    expression = buildExpression(
      { inputs: [dtype, indexType], scalars: [indexType] },
      ([x, label], [ignored]) => e.select(e.equal(label!, ignored!), 0, e.neg(x!)),
    );
    negated.set(dtype, expression);
  }
  return evaluateExpression(expression, [chosen, labels], { scalars: [ignoreIndex] })[0]!;
}

/**
 * The negative logarithm of the probability of each label. The mean is taken over samples whose label is not `ignoreIndex`,
 * weighted by the weights of their classes. `crossEntropy` takes logits and does the same in fewer passes.
 *
 * Shapes: f32 or f16 [n, classes, ...] or [classes] log-probabilities, i32 [n, ...] or [] -> f32 [], or [n, ...] with reduction
 * `none`. Throws ShapeError, DTypeError, and ArgumentError for unknown options. A label that is not a class is an ArgumentError
 * too: of a host array in `fit` and `evaluate` it is thrown, elsewhere the next read rejects with it.
 *
 * @param options.ignoreIndex default -100
 * @example nll(logSoftmax(logits), labels)
 */
export function nll(logProbabilities: Tensor, labels: Tensor, options: LabelLossOptions = {}): Tensor {
  checkTensors("nll", logProbabilities, labels);
  checkOptions("nll", options, labelLossRules);
  checkFloats("nll", "logProbabilities", logProbabilities);
  const axis = findClassAxis("nll", logProbabilities, options.axis);
  const { ignoreIndex = ignoredByDefault, weight } = options;
  const classes = logProbabilities.shape[axis]!;
  checkLabels("nll", labels, classes, ignoreIndex);
  checkLabelShape("nll", logProbabilities, labels, axis);
  if (weight !== undefined) checkWeight("nll", weight, classes);
  return scope(() => {
    const known = unsqueeze(replaceIgnored(labels, ignoreIndex), axis);
    const chosen = reshape(gather(logProbabilities, known, { axis, negative: "outOfRange" }), labels.shape);
    const losses = selectLosses(chosen, labels, ignoreIndex);
    const weighted = weight === undefined ? losses : mul(losses, pickWeights(labels, weight, ignoreIndex));
    return reduceLabelLoss("nll", weighted, labels, options);
  });
}
