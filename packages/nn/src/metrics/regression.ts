import type { Tensor } from "@evenkeel/tensor";
import {
  cast,
  concatenate,
  formatShape,
  full,
  moments,
  mul,
  reshape,
  ShapeError,
  scope,
  square,
  sub,
  sum,
} from "@evenkeel/tensor";
import { checkTensors } from "@evenkeel/tensor/checks";
import { l1, mse } from "../losses/elementwise.ts";
import { checkFloats, checkSameShape } from "../losses/formula.ts";
import type { PassMetric } from "../training/measurements/measures.ts";

/**
 * The mean absolute error, as the loss `l1`: a metric of `fit` and `evaluate`.
 *
 * Shapes: f32 or f16 any, the same -> f32 []. Throws ShapeError when they differ, DTypeError for other dtypes.
 *
 * @example await evaluate(model, { data: test, loss: mse, metrics: { mae } });
 */
export const mae = (prediction: Tensor, target: Tensor): Tensor => l1(prediction, target);

/**
 * The root of the mean squared error of the whole pass: a metric of `fit` and `evaluate`.
 *
 * Shapes: f32 or f16 any, the same. `counts` throws ShapeError when they differ, DTypeError for other dtypes.
 *
 * @example await evaluate(model, { data: test, loss: mse, metrics: { rmse: rmse() } });
 */
export function rmse(): PassMetric<Tensor, Tensor> {
  return {
    counts: (prediction, target) =>
      scope(() => {
        const total = mse(prediction, target, { reduction: "sum" });
        const count = full([1], prediction.size, { backend: prediction.backend });
        return concatenate([reshape(total, [1]), count]);
      }),
    of: ([squares, count]) => Math.sqrt(squares! / count!),
  };
}

/** For each output the number of targets, their mean, the sum of their squared deviations from it, and the sum of squared errors. */
function listSums(prediction: Tensor, target: Tensor): Tensor {
  const examples = prediction.shape[0]!;
  const columns = examples === 0 ? 1 : prediction.size / examples;
  const side = (x: Tensor): Tensor => reshape(cast(x, "f32"), [examples, columns]);
  const [y, t] = [side(prediction), side(target)];
  const { mean, variance } = moments(t, { axis: 0 });
  const count = full([columns], examples, { backend: prediction.backend });
  return concatenate([count, mean, mul(variance, examples), sum(square(sub(y, t)), { axis: 0 })]);
}

/** The four numbers of each output, by output. */
function splitByOutput(totals: readonly number[]): number[][] {
  const outputs = totals.length / 4;
  return Array.from({ length: outputs }, (_, output) =>
    [0, 1, 2, 3].map((part) => totals[part * outputs + output]!),
  );
}

/** Chan et al. 1979: the mean and the deviations of both together. */
function mergeSums(totals: number[], counts: readonly number[]): number[] {
  const outputs = totals.length / 4;
  if (counts.length !== totals.length) {
    throw new ShapeError(
      `r2: found ${counts.length / 4} outputs, expected ${outputs} as in the batches before`,
    );
  }
  for (let output = 0; output < outputs; output++) {
    const [n, mean, deviations, errors] = [0, 1, 2, 3].map((part) => part * outputs + output) as [
      number,
      number,
      number,
      number,
    ];
    const count = totals[n]! + counts[n]!;
    const distance = counts[mean]! - totals[mean]!;
    totals[deviations]! += counts[deviations]! + (distance ** 2 * totals[n]! * counts[n]!) / count;
    totals[mean]! += (distance * counts[n]!) / count;
    totals[errors]! += counts[errors]!;
    totals[n] = count;
  }
  return totals;
}

/** 1 - errors / deviations; where the targets are all equal, 1 without errors and 0 with errors. */
const score = ([, , deviations, errors]: readonly number[]): number => {
  if (deviations === 0) return errors === 0 ? 1 : 0;
  return 1 - errors! / deviations!;
};

/**
 * The coefficient of determination of the whole pass, averaged over outputs: a metric of `fit` and `evaluate`. The `details` of the
 * result hold that of each output. Where all targets are equal it is 1 without errors and 0 with errors.
 *
 * Shapes: f32 or f16 [n, ...], the same. `counts` throws ShapeError when they differ or have no axis, DTypeError for other dtypes.
 *
 * @example await evaluate(model, { data: test, loss: mse, metrics: { r2: r2() } });
 */
export function r2(): PassMetric<Tensor, Tensor> {
  return {
    counts: (prediction, target) => {
      checkTensors("r2", prediction, target);
      checkFloats("r2", "prediction", prediction);
      checkFloats("r2", "target", target);
      checkSameShape("r2", ["prediction", "target"], prediction, target);
      if (prediction.size === 0 || prediction.rank === 0) {
        throw new ShapeError(
          `r2: found prediction ${formatShape(prediction.shape)}, expected [n, ...], not empty`,
        );
      }
      return scope(() => listSums(prediction, target));
    },
    merge: mergeSums,
    of: (totals) => {
      const scores = splitByOutput(totals).map(score);
      return scores.reduce((total, value) => total + value, 0) / scores.length;
    },
    details: (totals) => splitByOutput(totals).map(score),
  };
}
