import type { Tensor, Value } from "@evenkeel/tensor";
import { buildExpression, e, evaluateExpression, reshape, scope, slice } from "@evenkeel/tensor";
import { checkOptions, checkTensors, yesOrNo } from "@evenkeel/tensor/checks";

/** Rows of a tensor of statistics. */
export const rows = { count: 0, mean: 1, restOfMean: 2, m2: 3 } as const;

/** One row, reshaped. */
export function extractRow(statistics: Tensor, row: number, shape: readonly number[]): Tensor {
  return reshape(slice(statistics, { begin: [row], end: [row + 1] }), shape);
}

/** Count, mean, the rest of the mean, M2: each in a shape that holds one value per channel. */
export function extractRows(
  statistics: Tensor,
  shape: readonly number[],
): [count: Tensor, mean: Tensor, restOfMean: Tensor, m2: Tensor] {
  const row = (index: number): Tensor => extractRow(statistics, index, shape);
  return [row(rows.count), row(rows.mean), row(rows.restOfMean), row(rows.m2)];
}

/** `count`, or 1 where it is 0: a divisor that makes the mean and the variance of no values 0. */
export const nonZero = (count: Value): Value => e.select(e.equal(count, 0), e.constantLike(count, 1), count);

/** inverseStd = 1 / sqrt(M2 / count + epsilon); 0 where that sum is 0. */
export function inverseStdExpression(count: Value, m2: Value, epsilon: number): Value {
  const sum = e.add(e.div(m2, nonZero(count)), epsilon);
  const isZero = e.equal(sum, 0);
  return e.select(isZero, 0, e.div(1, e.sqrt(e.select(isZero, 1, sum))));
}

function checkStatistics(operation: string, statistics: Tensor): number[] {
  checkTensors(operation, statistics);
  return [statistics.shape[1]!];
}

/**
 * The number of values per channel that the statistics cover.
 *
 * Shapes: [4, C] -> [C].
 *
 * @example extractCount(statistics(x)) // 6,272 for a batch of 32 images of 14 x 14
 */
export function extractCount(statistics: Tensor): Tensor {
  return scope(() => extractRow(statistics, rows.count, checkStatistics("extractCount", statistics)));
}

/**
 * The mean of each channel.
 *
 * Shapes: [4, C] -> [C].
 *
 * @example extractMean(statistics(x))
 */
export function extractMean(statistics: Tensor): Tensor {
  return scope(() => extractRow(statistics, rows.mean, checkStatistics("extractMean", statistics)));
}

/**
 * The variance of each channel: M2 / count, which normalizes, or M2 / (count - 1), the unbiased one that running
 * statistics keep.
 *
 * Shapes: [4, C] -> [C]. NaN for an unbiased variance of one value.
 *
 * @example extractVariance(statistics(x), { unbiased: true })
 */
export function extractVariance(statistics: Tensor, options: { readonly unbiased?: boolean } = {}): Tensor {
  checkOptions<typeof options>("extractVariance", options, { unbiased: yesOrNo });
  const expression = buildExpression({ inputs: ["f32", "f32"] }, ([count, m2]) =>
    e.div(m2!, options.unbiased ? e.sub(count!, 1) : count!),
  );
  return scope(() => {
    const [count, , , m2] = extractRows(statistics, checkStatistics("extractVariance", statistics));
    return evaluateExpression(expression, [count, m2])[0]!;
  });
}
