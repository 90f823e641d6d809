import type { Tensor } from "@evenkeel/tensor";
import { ShapeError, scope } from "@evenkeel/tensor";
import { checkOptions, checkTensors, oneOf, yesOrNo } from "@evenkeel/tensor/checks";
import { checkFloats, checkSameShape } from "../losses/formula.ts";
import { ignoredByDefault } from "../losses/reduction.ts";
import type { PassMetric } from "../training/measurements/measures.ts";
import { countClasses, countMultilabel } from "./class-counts.ts";
import type { ClassMetricOptions } from "./predicted-classes.ts";
import { classMetricRules, matchClasses } from "./predicted-classes.ts";

/**
 * How the scores of classes become one: their mean, their mean weighted by how often the classes occur, the score of all counts
 * together, or the score of class 1 alone.
 */
export type Average = "macro" | "weighted" | "micro" | "binary";

export interface ClassScoreOptions extends ClassMetricOptions {
  /** Default: macro. */
  readonly average?: Average;
  /** Whether every output of the last axis is a label of its own, which a sample may have or not. Default: false. */
  readonly multilabel?: boolean;
}

/** A score from the numbers of right predictions, of predictions, and of labels of a class. */
type Score = (right: number, predicted: number, actual: number) => number;

/** 0 where nothing of a class that occurs counts below the fraction; NaN for one that neither occurs nor is predicted. */
const divide = (score: Score): Score => {
  return (right, predicted, actual) => {
    if (predicted + actual === 0) return Number.NaN;
    const value = score(right, predicted, actual);
    return Number.isNaN(value) ? 0 : value;
  };
};

interface ClassCounts {
  readonly right: readonly number[];
  readonly predicted: readonly number[];
  readonly actual: readonly number[];
}

function splitCounts(totals: readonly number[]): ClassCounts {
  const classes = totals.length / 3;
  const part = (index: number): number[] => totals.slice(index * classes, (index + 1) * classes);
  return { right: part(0), predicted: part(1), actual: part(2) };
}

const add = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function listScores({ right, predicted, actual }: ClassCounts, score: Score): number[] {
  return right.map((count, index) => score(count, predicted[index]!, actual[index]!));
}

function averageScores(counts: ClassCounts, score: Score, average: Average): number {
  if (average === "micro") return score(add(counts.right), add(counts.predicted), add(counts.actual));
  const scores = listScores(counts, score);
  if (average === "binary") return scores[1] ?? Number.NaN;
  const present = scores.flatMap((value, index) =>
    Number.isNaN(value) ? [] : [{ value, weight: average === "macro" ? 1 : counts.actual[index]! }],
  );
  return add(present.map(({ value, weight }) => value * weight)) / add(present.map(({ weight }) => weight));
}

function makeClassMetric(name: string, ratio: Score, options: ClassScoreOptions): PassMetric<Tensor, Tensor> {
  checkOptions<ClassScoreOptions>(name, options, {
    ...classMetricRules,
    average: oneOf("macro", "weighted", "micro", "binary"),
    multilabel: yesOrNo,
  });
  const { average = "macro", multilabel = false, ...reading } = options;
  const { ignoreIndex = ignoredByDefault, threshold = 0 } = options;
  const score = divide(ratio);
  return {
    counts: (outputs, labels) => {
      checkTensors(name, outputs, labels);
      if (multilabel) {
        checkFloats(name, "outputs", outputs);
        checkSameShape(name, ["outputs", "labels"], outputs, labels);
        if (outputs.rank === 0) throw new ShapeError(`${name}: found outputs [], expected an axis of labels`);
        return scope(() => countMultilabel(outputs, labels, { threshold, ignoreIndex }));
      }
      return scope(() => countClasses(matchClasses(name, outputs, labels, reading), ignoreIndex));
    },
    of: (totals) => averageScores(splitCounts(totals), score, average),
    details: (totals) => listScores(splitCounts(totals), score),
  };
}

/**
 * The share of predictions of a class that are right, averaged over classes: a metric of `fit` and `evaluate`. The `details` of the
 * result hold the value of each class, NaN for one that neither occurs nor is predicted, which has no part in the average.
 *
 * Shapes: logits, f32 or f16 [..., classes], and labels, i32 [...]; or logits or probabilities of two classes, f32 or f16, and
 * labels of the same shape, which are all counted together unless they are `multilabel`; or classes, i32, and labels of the same
 * shape. `counts` throws ShapeError where they do not fit, DTypeError, and ArgumentError for options out of range and for a label
 * of a host array that is not a class.
 *
 * @example await fit(model, { ...options, metrics: { precision: precision({ average: "weighted" }) } });
 */
export function precision(options: ClassScoreOptions = {}): PassMetric<Tensor, Tensor> {
  return makeClassMetric("precision", (right, predicted) => right / predicted, options);
}

/**
 * The share of samples of a class that are found, averaged over classes. Details, shapes and errors: as those of `precision`.
 *
 * @example await fit(model, { ...options, metrics: { recall: recall() } });
 */
export function recall(options: ClassScoreOptions = {}): PassMetric<Tensor, Tensor> {
  return makeClassMetric("recall", (right, _, actual) => right / actual, options);
}

/**
 * The harmonic mean of precision and recall of a class, averaged over classes. Details, shapes and errors: as those of `precision`.
 *
 * @example await fit(model, { ...options, metrics: { f1: f1({ average: "macro" }) } });
 */
export function f1(options: ClassScoreOptions = {}): PassMetric<Tensor, Tensor> {
  return makeClassMetric("f1", (right, predicted, actual) => (2 * right) / (predicted + actual), options);
}

/**
 * The intersection of predictions and labels of a class over their union (the Jaccard index), averaged over classes, as for
 * segmentations. Details, shapes and errors: as those of `precision`.
 *
 * @example await fit(model, { ...options, metrics: { iou: meanIoU() } });
 */
export function meanIoU(options: ClassScoreOptions = {}): PassMetric<Tensor, Tensor> {
  return makeClassMetric(
    "meanIoU",
    (right, predicted, actual) => right / (predicted + actual - right),
    options,
  );
}
