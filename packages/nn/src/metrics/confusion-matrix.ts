import type { Tensor } from "@evenkeel/tensor";
import { scope } from "@evenkeel/tensor";
import { checkOptions, checkTensors } from "@evenkeel/tensor/checks";
import { ignoredByDefault } from "../losses/reduction.ts";
import type { PassMetric } from "../training/measurements/measures.ts";
import { countConfusions } from "./class-counts.ts";
import type { ClassMetricOptions } from "./predicted-classes.ts";
import { classMetricRules, matchClasses } from "./predicted-classes.ts";

/** The rows of a square matrix. */
function listRows(totals: readonly number[]): number[][] {
  const classes = Math.sqrt(totals.length);
  return Array.from({ length: classes }, (_, row) => totals.slice(row * classes, (row + 1) * classes));
}

/**
 * How often each class was taken for each class: a metric of `fit` and `evaluate`. Its value is the share that is right, and the
 * `details` of the result hold the matrix, with a row for each label and a column for each prediction.
 *
 * Shapes and errors: as those of `precision`.
 *
 * @example const { details } = await evaluate(model, { data: test, loss: crossEntropy, metrics: { confusion: confusionMatrix() } });
 */
export function confusionMatrix(options: ClassMetricOptions = {}): PassMetric<Tensor, Tensor> {
  checkOptions<ClassMetricOptions>("confusionMatrix", options, classMetricRules);
  const { ignoreIndex = ignoredByDefault } = options;
  return {
    counts: (outputs, labels) => {
      checkTensors("confusionMatrix", outputs, labels);
      return scope(() =>
        countConfusions(matchClasses("confusionMatrix", outputs, labels, options), ignoreIndex),
      );
    },
    of: (totals) => {
      const right = listRows(totals).reduce((total, row, index) => total + row[index]!, 0);
      return right / totals.reduce((total, count) => total + count, 0);
    },
    details: listRows,
  };
}
