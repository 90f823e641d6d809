import type { DType, Expression, Tensor } from "@evenkeel/tensor";
import {
  buildExpression,
  cast,
  concatenate,
  e,
  evaluateExpression,
  full,
  indexType,
  isFloat,
  isSameShape,
  reshape,
  scope,
  slice,
  softmax,
  sub,
} from "@evenkeel/tensor";
import { checkOptions, checkTensors, integer, oneOf } from "@evenkeel/tensor/checks";
import { moveClassesLast } from "../losses/class-axis.ts";
import { checkFloats } from "../losses/formula.ts";
import { checkLabels } from "../losses/host-integers.ts";
import { ignoredByDefault } from "../losses/reduction.ts";
import type { PassMetric } from "../training/measurements/measures.ts";
import { findAxis } from "./predicted-classes.ts";

export interface RocAucOptions {
  /** Samples with this label do not count; default -100. */
  readonly ignoreIndex?: number;
  /** The axis of the classes, where there is one. Default: as that of `accuracy`. */
  readonly axis?: number;
  /** How the areas of more than two classes become one: their mean, or their mean weighted by how often they occur. Default: macro. */
  readonly average?: "macro" | "weighted";
}

const kept = new Map<DType, Expression>();

/** The labels in f32, with -1 in place of the ignored one. */
function encodeLabels(labels: Tensor, ignoreIndex: number): Tensor {
  let expression = kept.get(labels.dtype);
  if (expression === undefined) {
    expression = buildExpression({ inputs: [labels.dtype], scalars: ["f32"] }, ([y], [ignored]) => {
      const label = e.cast(y!, "f32");
      return e.select(e.equal(label, ignored!), -1, label);
    });
    kept.set(labels.dtype, expression);
  }
  return evaluateExpression(expression, [labels], { scalars: [ignoreIndex] })[0]!;
}

/** One score for each sample, or one for each of at least three classes: [samples, scores]. */
function listScores(outputs: Tensor, labels: Tensor, axis: number | undefined): Tensor {
  if (isSameShape(outputs.shape, labels.shape)) return reshape(cast(outputs, "f32"), [outputs.size, 1]);
  const classAxis = findAxis("rocAuc", outputs, labels, axis);
  const rows = cast(moveClassesLast(outputs, classAxis), "f32");
  // The difference of two logits orders samples as the probabilities do, and does not saturate.
  if (rows.shape[1] === 2)
    return sub(slice(rows, { begin: [0, 1] }), slice(rows, { begin: [0, 0], end: [undefined, 1] }));
  return softmax(rows);
}

/** The samples of each label: for every column of scores, those of positives and those of negatives. */
interface Ranking {
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
}

/** The totals are the number of scores of a sample, followed by the scores and the label of each sample. */
function splitByClass([width = 1, ...values]: readonly number[]): Ranking[] {
  const step = width + 1;
  return Array.from({ length: width }, (_, column) => {
    const target = width === 1 ? 1 : column;
    const positives: number[] = [];
    const negatives: number[] = [];
    for (let at = 0; at < values.length; at += step) {
      const label = values[at + width]!;
      if (label >= 0) (label === target ? positives : negatives).push(values[at + column]!);
    }
    return { positives: Float64Array.from(positives), negatives: Float64Array.from(negatives) };
  });
}

/** The share of pairs of a positive and a negative in which the positive has the larger score; equal scores count half. */
function computeArea({ positives, negatives }: Ranking): number {
  positives.sort();
  negatives.sort();
  let [below, upTo, area] = [0, 0, 0];
  for (const score of positives) {
    if (Number.isNaN(score)) return Number.NaN;
    while (below < negatives.length && negatives[below]! < score) below++;
    while (upTo < negatives.length && negatives[upTo]! <= score) upTo++;
    area += (below + upTo) / 2;
  }
  return Number.isNaN(negatives.at(-1)) ? Number.NaN : area / (positives.length * negatives.length);
}

function averageAreas(rankings: readonly Ranking[], average: "macro" | "weighted"): number {
  let [total, weights] = [0, 0];
  for (const ranking of rankings) {
    const area = computeArea(ranking);
    const weight = average === "macro" ? 1 : ranking.positives.length;
    // A class without positives or without negatives has no area.
    if (ranking.positives.length === 0 || ranking.negatives.length === 0) continue;
    total += weight * area;
    weights += weight;
  }
  return total / weights;
}

/**
 * The area under the receiver operating characteristic, exact over the whole pass: a metric of `fit` and `evaluate`, which keep the
 * scores of the pass on the host. With more than two classes, each is compared with all others, by the softmax of the logits;
 * the `details` of the result hold the area of each class, NaN for one that all samples or none belong to.
 *
 * Shapes: scores, f32 or f16, and labels of the same shape, i32 or floats that are 0 or 1; or logits, f32 or f16 [..., classes], and
 * labels, i32 [...]. `counts` throws ShapeError where they do not fit, DTypeError, and ArgumentError for a label of a host array
 * that is not a class.
 *
 * @example await fit(model, { ...options, metrics: { auc: rocAuc() } });
 */
export function rocAuc(options: RocAucOptions = {}): PassMetric<Tensor, Tensor> {
  checkOptions<RocAucOptions>("rocAuc", options, {
    ignoreIndex: integer,
    axis: integer,
    average: oneOf("macro", "weighted"),
  });
  const { ignoreIndex = ignoredByDefault, axis, average = "macro" } = options;
  return {
    counts: (outputs, labels) => {
      checkTensors("rocAuc", outputs, labels);
      checkFloats("rocAuc", "outputs", outputs);
      return scope(() => {
        const scores = listScores(outputs, labels, axis);
        const width = scores.shape[1]!;
        if (labels.dtype === indexType || !isFloat(labels.dtype) || width > 1) {
          checkLabels("rocAuc", labels, Math.max(2, width), ignoreIndex);
        }
        const column = reshape(encodeLabels(labels, ignoreIndex), [labels.size, 1]);
        const rows = concatenate([scores, column], { axis: 1 });
        return concatenate([full([1], width, { backend: outputs.backend }), reshape(rows, [rows.size])]);
      });
    },
    merge: (totals, counts) => {
      for (let index = 1; index < counts.length; index++) totals.push(counts[index]!);
      return totals;
    },
    of: (totals) => averageAreas(splitByClass(totals), average),
    details: (totals) => splitByClass(totals).map((ranking) => averageAreas([ranking], "macro")),
  };
}
