import type { Tensor } from "@evenkeel/tensor";
import { buildExpression, e, evaluateExpression, scope } from "@evenkeel/tensor";
import { checkTensors } from "@evenkeel/tensor/checks";
import { extractRows } from "../statistics/rows.ts";

export interface RunningStatistics {
  readonly mean: Tensor;
  /** Unbiased. */
  readonly variance: Tensor;
}

/**
 * Updates the running mean and the unbiased running variance: running = (1 - momentum) * running + momentum * new,
 * where the new variance is M2 / (count - 1). Statistics of no values change nothing; a single value has the variance
 * 0.
 *
 * Shapes: statistics [4, C], running mean and variance [C] -> the same.
 *
 * @param momentum the weight of the new statistics
 * @example const running = updateRunningStatistics(merged, { mean, variance }, 0.1);
 */
export function updateRunningStatistics(
  statistics: Tensor,
  running: RunningStatistics,
  momentum: number,
): RunningStatistics {
  const inputs = ["f32", "f32", "f32", "f32", "f32", "f32"] as const;
  const expression = buildExpression({ inputs, scalars: ["f32"] }, (values, [momentum]) => {
    const [count, mean, rest, m2, runningMean, runningVariance] = values as [
      (typeof values)[number],
      ...typeof values,
    ];
    const weight = e.select(e.equal(count, 0), 0, momentum!);
    const blend = (old: typeof count, found: typeof count) =>
      e.add(e.mul(e.sub(1, weight), old), e.mul(weight, found));
    const variance = e.div(m2!, e.max(e.sub(count, 1), 1));
    return [blend(runningMean!, e.add(mean!, rest!)), blend(runningVariance!, variance)];
  });
  checkTensors("updateRunningStatistics", statistics, running?.mean, running?.variance);
  return scope(() => {
    const operands = [...extractRows(statistics, running.mean.shape), running.mean, running.variance];
    const [mean, variance] = evaluateExpression(expression, operands, { scalars: [momentum] });
    return { mean: mean!, variance: variance! };
  });
}

/** The weight of the new statistics: `momentum`, or for null 1 / the number of batches. */
export const computeWeightOfNew = (momentum: number | null = 0.1, numBatchesTracked = 0): number =>
  momentum ?? 1 / (numBatchesTracked + 1);
