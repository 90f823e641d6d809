import type { Op, Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  add,
  buildExpression,
  e,
  evaluateExpression,
  execute,
  formatShape,
  mul,
  reshape,
  ShapeError,
  scope,
  slice,
  square,
  stack,
  sub,
  sum,
} from "@evenkeel/tensor";
import { batchNormFamily } from "../batch-norm-family.ts";
import { checkDType } from "../operands/layout.ts";
import { packStatistics } from "./pack-statistics.ts";
import { nonZero, rows } from "./rows.ts";

/** One row of every part: [P, 4, C] -> [P, C]. */
function extractRow(parts: Tensor, row: number): Tensor {
  const [count, , channels] = parts.shape as [number, number, number];
  return reshape(slice(parts, { begin: [0, row], end: [count, row + 1] }), [count, channels]);
}

function computeMoments(parts: Tensor): { counts: Tensor; means: Tensor; total: Tensor; mean: Tensor } {
  const counts = extractRow(parts, rows.count);
  const means = add(extractRow(parts, rows.mean), extractRow(parts, rows.restOfMean));
  const total = sum(counts, { axis: 0 });
  const quotient = buildExpression({ inputs: ["f32", "f32"] }, ([a, b]) => e.div(a!, nonZero(b!)));
  const mean = evaluateExpression(quotient, [sum(mul(counts, means), { axis: 0 }), total])[0]!;
  return { counts, means, total, mean };
}

/** count = sum n_k; mean = sum n_k mean_k / count; M2 = sum (M2_k + n_k (mean_k - mean)^2). */
export const mergeStatisticsOp: Op = {
  name: "mergeStatistics",
  outputs: ([parts]) => {
    checkDType("mergeStatistics", "parts", parts!);
    if (parts!.shape.length !== 3 || parts!.shape[1] !== 4) {
      throw new ShapeError(
        `mergeStatistics: parts: found shape ${formatShape(parts!.shape)}, expected [parts, 4, channels]`,
      );
    }
    return [{ shape: parts!.shape.slice(1), dtype: "f32" }];
  },
  meaning: {
    composition: ([parts]) => {
      const { counts, means, total, mean } = computeMoments(parts!);
      const between = mul(counts, square(sub(means, mean)));
      return [packStatistics(mean, sum(add(extractRow(parts!, rows.m2), between), { axis: 0 }), total)];
    },
  },
  gradient: {
    reads: () => ({ inputs: [0], outputs: [] }),
    apply: ({ inputs: [parts], outputGradients: [gradient] }) => {
      const { counts, means, total, mean } = computeMoments(parts!);
      const given = [rows.count, rows.mean, rows.m2].map((row) =>
        slice(gradient!, { begin: [row], end: [row + 1] }),
      );
      const inputs = [counts, means, total, mean, ...given];
      const expression = buildExpression(
        { inputs: inputs.map(() => "f32") },
        ([count, partMean, total, mean, dCount, dMean, dM2]) => {
          const distance = e.sub(partMean!, mean!);
          const slope = e.div(dMean!, nonZero(total!));
          const ofCount = e.add(dCount!, e.mul(distance, e.add(slope, e.mul(distance, dM2!))));
          return [ofCount, e.mul(count!, e.add(slope, e.mul(2, e.mul(distance, dM2!)))), dM2!];
        },
      );
      const [ofCount, ofMean, ofM2] = evaluateExpression(expression, inputs) as [Tensor, Tensor, Tensor];
      return [stack([ofCount, ofMean, ofMean, ofM2], { axis: 1 })];
    },
  },
  family: batchNormFamily,
};

/**
 * The statistics of several batches (chunks, ghost batches, workers, machines) as if they were one batch. They are as
 * accurate as in one pass, because statistics hold M2 and not a rounded inverse standard deviation.
 *
 * Shapes: each [4, C] -> [4, C]. Throws ArgumentError for no parts, ShapeError for different numbers of channels,
 * DTypeError unless all are f32.
 *
 * @example mergeStatistics([statistics(firstHalf), statistics(secondHalf)])
 */
export function mergeStatistics(parts: readonly Tensor[]): Tensor {
  if (parts.length === 0) {
    throw new ArgumentError("mergeStatistics: found no parts, expected at least one");
  }
  return scope(() => execute(mergeStatisticsOp, [stack(parts)], {})[0]!);
}
