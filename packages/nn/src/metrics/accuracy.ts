import type { DType, Expression, Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  argmax,
  buildExpression,
  cast,
  div,
  e,
  equal,
  evaluateExpression,
  isArgmax,
  mean,
  mul,
  scope,
  sum,
  topK,
  unsqueeze,
} from "@evenkeel/tensor";
import { anyNumber, checkOptions, checkTensors, integer, positiveInteger } from "@evenkeel/tensor/checks";
import { countLabels, over } from "../losses/denominators.ts";
import { checkFloats, checkSameShape } from "../losses/formula.ts";
import { checkLabels } from "../losses/host-integers.ts";
import { isOtherClass } from "../losses/other-class.ts";
import { ignoredByDefault } from "../losses/reduction.ts";
import { findAxis } from "./predicted-classes.ts";

export interface AccuracyOptions {
  /** Samples with this label do not count; default -100. */
  readonly ignoreIndex?: number;
  /** The axis of the classes. Default: the second, as for `crossEntropy`, or the last where only that fits the labels. */
  readonly axis?: number;
}

/** The share of hits, 0 or 1 for each label, among the labels that count. */
function averageHits(hits: Tensor, labels: Tensor, ignoreIndex: number): Tensor {
  const count = countLabels(labels, ignoreIndex);
  // One launch, not two; the hits are whole numbers, so the result is the same.
  if (count === hits.size) return over(mean(hits), count);
  // A negative label is never a hit, so that it need not be left out.
  const right = sum(ignoreIndex < 0 ? hits : mul(hits, isOtherClass(labels, ignoreIndex)));
  return over(div(right, count), count);
}

/**
 * The share of samples whose largest logit is that of their label, among those whose label is not `ignoreIndex`. The result stays
 * on the device. Positions of a sequence are samples too.
 *
 * Shapes: f32 or f16 [n, classes, ...] or [..., classes], i32 without the classes -> f32 []. Throws ShapeError when they do not fit, and ArgumentError for unknown options and, in
 * `fit` and `evaluate`, for a label of a host array that is not a class.
 *
 * @example await fit(model, { ...options, metrics: { accuracy } });
 */
export function accuracy(logits: Tensor, labels: Tensor, options: AccuracyOptions = {}): Tensor {
  checkTensors("accuracy", logits, labels);
  checkOptions<AccuracyOptions>("accuracy", options, { ignoreIndex: integer, axis: integer });
  const { ignoreIndex = ignoredByDefault } = options;
  const axis = findAxis("accuracy", logits, labels, options.axis);
  checkLabels("accuracy", labels, logits.shape[axis]!, ignoreIndex);
  return scope(() => {
    const isLast = axis === logits.rank - 1;
    const hits = isLast ? isArgmax(logits, labels) : cast(equal(argmax(logits, { axis }), labels), "f32");
    return averageHits(hits, labels, ignoreIndex);
  });
}

export interface TopKAccuracyOptions extends AccuracyOptions {
  /** Default: 5. */
  readonly k?: number;
}

/**
 * The share of samples whose label is among the k largest logits, as `accuracy`. Of equal logits the first is the larger one.
 *
 * Shapes: as those of `accuracy`. Throws as `accuracy` does, and ArgumentError for more than there are classes.
 *
 * @example await fit(model, { ...options, metrics: { top3: (logits, labels) => topKAccuracy(logits, labels, { k: 3 }) } });
 */
export function topKAccuracy(logits: Tensor, labels: Tensor, options: TopKAccuracyOptions = {}): Tensor {
  checkTensors("topKAccuracy", logits, labels);
  checkOptions<TopKAccuracyOptions>("topKAccuracy", options, {
    ignoreIndex: integer,
    axis: integer,
    k: positiveInteger,
  });
  const { ignoreIndex = ignoredByDefault, k = 5 } = options;
  const axis = findAxis("topKAccuracy", logits, labels, options.axis);
  const classes = logits.shape[axis]!;
  checkLabels("topKAccuracy", labels, classes, ignoreIndex);
  if (k > classes) {
    throw new ArgumentError(
      `topKAccuracy: k: found ${k}, expected at most ${classes}, the number of classes`,
    );
  }
  return scope(() => {
    const { indices } = topK(logits, k, { axis });
    const hits = sum(cast(equal(indices, unsqueeze(labels, axis)), "f32"), { axis });
    return averageHits(hits, labels, ignoreIndex);
  });
}

export interface BinaryAccuracyOptions {
  /** An output above it means 1; default 0, as for logits; 0.5 for probabilities. */
  readonly threshold?: number;
}

const agreements = new Map<string, Expression>();

/** 1 where the output is above the threshold exactly if the target is above a half, else 0. */
function buildAgreement(outputs: DType, targets: DType): Expression {
  const key = `${outputs} ${targets}`;
  let expression = agreements.get(key);
  if (expression === undefined) {
    expression = buildExpression({ inputs: [outputs, targets], scalars: ["f32"] }, ([x, t], [least]) => {
      const isPositive = e.greater(e.cast(t!, "f32"), 0.5);
      return e.cast(e.equal(e.cast(e.greater(x!, least!), "f32"), e.cast(isPositive, "f32")), "f32");
    });
    agreements.set(key, expression);
  }
  return expression;
}

/**
 * The share of outputs that are above the threshold exactly where their target is 1.
 *
 * Shapes: f32 or f16 any, any dtype of the same shape -> f32 []. Throws ShapeError when they differ, DTypeError for outputs of
 * other dtypes, ArgumentError for unknown options.
 *
 * @example binaryAccuracy(tensor([2, -1, 3]), tensor([1, 0, 0])) // 0.6667
 */
export function binaryAccuracy(
  outputs: Tensor,
  targets: Tensor,
  options: BinaryAccuracyOptions = {},
): Tensor {
  checkTensors("binaryAccuracy", outputs, targets);
  checkOptions<BinaryAccuracyOptions>("binaryAccuracy", options, { threshold: anyNumber });
  checkFloats("binaryAccuracy", "outputs", outputs);
  checkSameShape("binaryAccuracy", ["outputs", "targets"], outputs, targets);
  return scope(() => {
    const expression = buildAgreement(outputs.dtype, targets.dtype);
    const scalars = [options.threshold ?? 0];
    const [hits] = evaluateExpression(expression, [outputs, targets], { scalars });
    return over(mean(hits!), outputs.size);
  });
}
