import type { GradientContext, Op, Spec, Tensor } from "@evenkeel/tensor";
import { add, execute, formatShape, mul, ShapeError } from "@evenkeel/tensor";
import { batchNormFamily } from "../batch-norm-family.ts";
import { computeNormalizationGradient } from "../gradient/gradient.ts";
import { normalizeOp } from "../normalize/normalize.ts";
import { checkArgument, computeLayout, countValuesPerChannel } from "../operands/layout.ts";
import { checkBoth } from "../operands/options.ts";
import type { NormalizationAttributes } from "../pre-activation/attributes.ts";
import { checkNormalization } from "../pre-activation/attributes.ts";
import { extractRow, rows } from "../statistics/rows.ts";
import { propagateThroughStatistics, statisticsOp } from "../statistics/statistics.ts";
import { updateRunningStatistics } from "./running-statistics.ts";

const name = "batchNormTraining";

/**
 * Outputs: y, which is x normalized by its own statistics, those statistics, and the updated running statistics. One
 * launch if an item holds whole channels, otherwise two.
 */
export const batchNormTrainingOp: Op<NormalizationAttributes> = {
  name,
  outputs: ([x, scale, shift, residual, runningMean, runningVariance], attrs) => {
    checkNormalization(name, { x: x!, scale, shift, residual }, attrs);
    const channels = x!.shape[attrs.axis]!;
    const running = { runningMean, runningVariance };
    checkBoth(name, running);
    for (const [argument, spec] of Object.entries(running)) {
      checkArgument(name, argument, spec, [channels], `x has ${channels} channels`);
    }
    if (channels > 0 && countValuesPerChannel(computeLayout(x!.shape, attrs.axis)) === 1) {
      throw new ShapeError(
        `${name}: x: found ${formatShape(x!.shape)}, expected more than 1 value per channel when training: leave out a last batch of one (dropLast), or call eval()`,
      );
    }
    const like: Spec = { shape: x!.shape, dtype: x!.dtype };
    const perChannel: Spec = { shape: [channels], dtype: "f32" };
    return [like, { shape: [4, channels], dtype: "f32" }, ...(runningMean ? [perChannel, perChannel] : [])];
  },
  meaning: {
    composition: ([x, scale, shift, residual, mean, variance], attrs, [momentum]) => {
      const statistics = execute(statisticsOp, [x], { axis: attrs.axis })[0]!;
      const y = execute(normalizeOp, [x, statistics, scale, shift, residual], attrs)[0]!;
      if (mean === undefined || variance === undefined) return [y, statistics];
      const running = updateRunningStatistics(statistics, { mean, variance }, momentum!);
      return [y, statistics, running.mean, running.variance];
    },
  },
  gradient: {
    reads: ({ activation, residual }) => ({
      inputs: activation === "none" || residual ? [0, 1] : [0, 1, 2],
      outputs: activation !== "none" && residual ? [0, 1] : [1],
    }),
    apply: computeGradients,
  },
  family: batchNormFamily,
};

function computeGradients(context: GradientContext<NormalizationAttributes>): (Tensor | undefined)[] {
  const { inputs, outputs, outputGradients, attrs } = context;
  const [x, scale, shift] = inputs;
  const [y, statistics] = outputs;
  const [dy, dStatistics, dRunningMean, dRunningVariance] = outputGradients;
  const count = countValuesPerChannel(computeLayout(x!.shape, attrs.axis));
  const weight = count === 0 ? 0 : (context.scalars[0] ?? 0);
  // The gradient through the statistics reads x once more.
  const lendsX = context.isLastUse && !dStatistics && !dRunningMean && !dRunningVariance;
  const ofY =
    dy &&
    computeNormalizationGradient(
      { dy, x: x!, statistics: statistics!, scale, shift, y },
      { ...attrs, ofBatch: true },
      lendsX,
    );
  const channels = [x!.shape[attrs.axis]!];
  const dMean = total(
    dStatistics && extractRow(dStatistics, rows.mean, channels),
    dRunningMean && mul(dRunningMean, weight),
  );
  const dM2 = total(
    dStatistics && extractRow(dStatistics, rows.m2, channels),
    dRunningVariance && mul(dRunningVariance, weight / Math.max(count - 1, 1)),
  );
  return [
    total(ofY?.dx, propagateThroughStatistics(x!, statistics!, attrs.axis, dMean, dM2)),
    ofY?.dScale,
    ofY?.dShift,
    ofY?.dResidual,
    dRunningMean && mul(dRunningMean, 1 - weight),
    dRunningVariance && mul(dRunningVariance, 1 - weight),
  ];
}

export const total = (a: Tensor | undefined, b: Tensor | undefined): Tensor | undefined =>
  a && b ? add(a, b) : (a ?? b);
