import type { Op, Tensor } from "@evenkeel/tensor";
import {
  broadcastTo,
  buildExpression,
  cast,
  div,
  e,
  evaluateExpression,
  execute,
  maximum,
  reshape,
  square,
  sub,
  sum,
} from "@evenkeel/tensor";
import { checkOptions } from "@evenkeel/tensor/checks";
import { batchNormFamily } from "../batch-norm-family.ts";
import {
  checkInput,
  computeChannelShape,
  computeLayout,
  countValuesPerChannel,
  listBatchAxes,
} from "../operands/layout.ts";
import { axisRule } from "../operands/options.ts";
import { packStatistics } from "./pack-statistics.ts";
import { extractRow, extractRows, rows } from "./rows.ts";
import type { StatisticsAttributes } from "./statistics-attributes.ts";

/**
 * For each channel: count, mean = sum x / count, M2 = sum (x - mean)^2, as rows of one tensor. The mean is stored as
 * two f32 numbers, so that neither storing nor merging loses digits.
 */
export const statisticsOp: Op<StatisticsAttributes> = {
  name: "statistics",
  outputs: ([x], { axis }) => [{ shape: [4, x!.shape[checkInput("statistics", x!, axis)]!], dtype: "f32" }],
  meaning: {
    composition: ([input], { axis }) => {
      const x = cast(input!, "f32");
      const axes = listBatchAxes(x.shape, axis);
      const count = countValuesPerChannel(computeLayout(x.shape, axis));
      const mean = div(sum(x, { axis: axes }), Math.max(count, 1));
      const distance = sub(x, reshape(mean, computeChannelShape(x.shape, axis)));
      return [packStatistics(mean, sum(square(distance), { axis: axes }), count)];
    },
  },
  gradient: {
    reads: () => ({ inputs: [0], outputs: [0] }),
    apply: ({ inputs: [x], outputs: [statistics], outputGradients: [gradient], attrs: { axis } }) => {
      const ofRow = (row: number): Tensor => extractRow(gradient!, row, [statistics!.shape[1]!]);
      return [propagateThroughStatistics(x!, statistics!, axis, ofRow(rows.mean), ofRow(rows.m2))];
    },
  },
  family: batchNormFamily,
};

/** The gradient of x through its statistics: dMean / count + 2 (x - mean) dM2. An absent gradient counts as 0. */
export function propagateThroughStatistics(
  x: Tensor,
  statistics: Tensor,
  axis: number,
  dMean: Tensor | undefined,
  dM2: Tensor | undefined,
): Tensor | undefined {
  if (dMean === undefined && dM2 === undefined) return undefined;
  const shape = computeChannelShape(x.shape, axis);
  const [count, mean, rest] = extractRows(statistics, shape);
  const ofMean = dMean && div(reshape(dMean, shape), maximum(count, 1));
  if (dM2 === undefined) return cast(broadcastTo(ofMean!, x.shape), x.dtype);
  const inputs = [cast(x, "f32"), mean, rest, reshape(dM2, shape), ...(ofMean ? [ofMean] : [])];
  const expression = buildExpression({ inputs: inputs.map(() => "f32") }, ([x, mean, rest, dM2, ofMean]) => {
    const ofM2 = e.mul(e.mul(2, e.sub(e.sub(x!, mean!), rest!)), dM2!);
    return ofMean ? e.add(ofM2, ofMean) : ofM2;
  });
  return cast(evaluateExpression(expression, inputs)[0]!, x.dtype);
}

/**
 * Count, mean and M2 (the sum of squared distances from the mean) of each channel, in one pass over x. They normalize
 * a batch, and merge exactly with the statistics of other batches (`mergeStatistics`). `extractCount`, `extractMean` and
 * `extractVariance` read them.
 *
 * Shapes: any of rank 1 and more -> [4, C]. Throws DTypeError unless x is f32 or f16, ShapeError where it has no such axis.
 *
 * A NaN or an infinity makes the mean and M2 of its channel NaN. Tiles are summed relative to a pivot and merged by
 * the formula of Chan, Golub and LeVeque (1983), which is as accurate as two passes.
 *
 * @param options.axis the channels' axis; default 1, as in NCHW
 * @example extractVariance(statistics(x))
 */
export function statistics(x: Tensor, options: { readonly axis?: number } = {}): Tensor {
  checkOptions("statistics", options, axisRule);
  const axis = checkInput("statistics", x, options.axis ?? 1);
  return execute(statisticsOp, [x], { axis })[0]!;
}
