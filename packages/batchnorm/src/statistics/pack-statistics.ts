import type { Op, Spec, Tensor } from "@evenkeel/tensor";
import { ArgumentError, buildExpression, e, execute, formatSpec } from "@evenkeel/tensor";
import { checkArgument, checkDType } from "../operands/layout.ts";

export interface PackAttributes {
  /** The number of values per channel. Absent if it is an input. */
  readonly count?: number;
}

const countChannels = (mean: Spec): number => mean.shape[0] ?? 1;

/**
 * Rows of statistics: count, mean (NaN where M2 is NaN), rest of the mean (the part lost in rounding to f32), M2 (the sum
 * of squared distances from the mean).
 */
export const packStatisticsOp: Op<PackAttributes> = {
  name: "packStatistics",
  outputs: ([mean, m2, count], attrs) => {
    checkDType("packStatistics", "mean", mean!);
    const shape = [countChannels(mean!)];
    for (const [name, spec] of Object.entries({ mean, m2, count })) {
      checkArgument("packStatistics", name, spec, shape, "one value per channel");
    }
    if ((count === undefined) === (attrs.count === undefined)) {
      throw new ArgumentError(
        `packStatistics: count: found ${formatSpec(count)} and ${attrs.count}, expected a tensor or a number`,
      );
    }
    return [{ shape: [4, ...shape], dtype: "f32" }];
  },
  meaning: {
    expression: ([mean, _m2, count], attrs) => {
      const channels = countChannels(mean!);
      return buildExpression(
        { inputs: count ? ["f32", "f32", "f32"] : ["f32", "f32"] },
        ([mean, m2, count]) => {
          const index = e.indexLike(mean!);
          const counts = count ?? e.constantLike(mean!, attrs.count!);
          // A value that is not finite makes M2 NaN, but may leave the mean infinite.
          const finiteMean = e.select(e.isNan(m2!), m2!, mean!);
          // 0, or NaN like the mean.
          const restOfMean = e.sub(finiteMean, finiteMean);
          const last = e.select(e.less(index, 3 * channels), restOfMean, m2!);
          return e.select(
            e.less(index, channels),
            counts,
            e.select(e.less(index, 2 * channels), finiteMean, last),
          );
        },
      );
    },
  },
};

/** Statistics of `count` values per channel. */
export function packStatistics(mean: Tensor, m2: Tensor, count: number | Tensor): Tensor {
  return typeof count === "number"
    ? execute(packStatisticsOp, [mean, m2], { count })[0]!
    : execute(packStatisticsOp, [mean, m2, count], {})[0]!;
}

/**
 * Statistics for a normalization, from known means and variances such as the running ones.
 *
 * Shapes: [C], [C] -> [4, C]. Throws DTypeError or ShapeError for anything but f32 of one value per channel.
 *
 * @example normalize(x, populationStatistics(runningMean, runningVariance), { scale, shift })
 */
export function populationStatistics(mean: Tensor, variance: Tensor): Tensor {
  return packStatistics(mean, variance, 1);
}
