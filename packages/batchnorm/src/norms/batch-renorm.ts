import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, add, execute, mul, scope } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { checkTensors, nonNegative } from "@evenkeel/tensor/checks";
import type { BatchNormOptions, BatchNormResult } from "../batch-norm/batch-norm.ts";
import { batchNorm, commonRules } from "../batch-norm/batch-norm.ts";
import { checkArgument, checkInput } from "../operands/layout.ts";
import { checkCall } from "../operands/options.ts";
import { extractRows } from "../statistics/rows.ts";
import { statisticsOp } from "../statistics/statistics.ts";
import { renormalizationOp } from "./renormalization.ts";

const name = "batchRenorm";

export interface BatchRenormOptions extends Omit<BatchNormOptions, "inPlace"> {
  readonly runningMean: Tensor;
  readonly runningVariance: Tensor;
  /** The largest ratio of the standard deviations of the batch and of the running statistics that is corrected; default 3. */
  readonly rMax?: number;
  /** The largest distance of the two means, in running standard deviations, that is corrected; default 5. */
  readonly dMax?: number;
}

/** A limit of the ratio of two standard deviations. */
export const atLeastOne: Rule = {
  expected: "a finite number of at least 1",
  accepts: (value) => Number.isFinite(value) && (value as number) >= 1,
};

/**
 * Batch renormalization (Ioffe 2017): in training, a batch is normalized by its own statistics and then corrected toward the
 * running ones, y = (xhat * r + d) * scale + shift, so that training and inference compute almost the same, also with small
 * batches. r is the ratio of the standard deviations, within [1 / rMax, rMax], and d the distance of the means, within [-dMax,
 * dMax]; the gradient takes both as constants. With rMax 1 and dMax 0 it is `batchNorm`, with which training should begin:
 * Ioffe raises rMax to 3 and dMax to 5 over the first tens of thousands of steps. At inference it is `batchNorm`.
 *
 * Shapes: as `batchNorm`. Throws as `batchNorm`, and ArgumentError without running statistics or for limits out of range.
 *
 * @example const { y } = batchRenorm(x, { scale, shift, runningMean, runningVariance, training: true, rMax: 1.5, dMax: 0.5 });
 */
export function batchRenorm(x: Tensor, options: BatchRenormOptions): BatchNormResult {
  checkTensors(name, x);
  checkCall<BatchRenormOptions>(name, options, { ...commonRules, rMax: atLeastOne, dMax: nonNegative });
  const { rMax = 3, dMax = 5, ...common } = options;
  const { scale, shift, runningMean, runningVariance } = common;
  if (!runningMean || !runningVariance) {
    throw new ArgumentError(`${name}: runningMean: found none, expected running statistics`);
  }
  if (!common.training) return batchNorm(x, common);
  const axis = checkInput(name, x, common.axis ?? 1);
  const channels = [x.shape[axis]!];
  for (const [argument, spec] of Object.entries({ scale, shift, runningMean, runningVariance })) {
    checkArgument(name, argument, spec, channels, `x has ${channels} channels`);
  }
  return scope(() => {
    const statistics = execute(statisticsOp, [x], { axis })[0]!;
    const operands = [...extractRows(statistics, channels), runningMean, runningVariance];
    const attrs = { epsilon: common.epsilon ?? 1e-5 };
    const [r, d] = execute(renormalizationOp, operands, attrs, { scalars: [rMax, dMax] }) as [Tensor, Tensor];
    const moved = scale ? mul(scale, d) : d;
    return batchNorm(x, {
      ...common,
      scale: scale ? mul(scale, r) : r,
      shift: shift ? add(moved, shift) : moved,
    });
  });
}
