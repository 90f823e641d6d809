import type { Tensor } from "@evenkeel/tensor";
import { broadcastTo, countElements, formatShape, mean, reshape, ShapeError, scope } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import { checkTensors, fraction, yesOrNo } from "@evenkeel/tensor/checks";
import { batchNorm } from "../batch-norm/batch-norm.ts";
import type { RunningStatistics } from "../batch-norm/running-statistics.ts";
import { updateRunningStatistics } from "../batch-norm/running-statistics.ts";
import { checkArgument } from "../operands/layout.ts";
import { affineRules, checkCall } from "../operands/options.ts";
import { normalizeGroups } from "./group-norm.ts";
import type { LineNormOptions } from "./line-options.ts";

export interface InstanceNormOptions extends LineNormOptions {
  readonly runningMean?: Tensor | undefined;
  /** The unbiased variance. */
  readonly runningVariance?: Tensor | undefined;
  /**
   * Whether to normalize by the statistics of the instances and update the running statistics. Default: false, which
   * normalizes by the running statistics and leaves them unchanged. Without running statistics, those of the instances
   * are always used.
   */
  readonly training?: boolean;
  /** The weight of the new statistics; default 0.1. */
  readonly momentum?: number;
}

export interface InstanceNormResult {
  readonly y: Tensor;
  /** A new tensor, present if running statistics were given and updated. */
  readonly runningMean?: Tensor;
  readonly runningVariance?: Tensor;
}

const instanceNormRules: Rules<InstanceNormOptions> = {
  ...affineRules,
  runningMean: affineRules.scale,
  runningVariance: affineRules.scale,
  training: yesOrNo,
  momentum: fraction,
};

/**
 * Instance normalization (Ulyanov, Vedaldi and Lempitsky 2016) with PyTorch's semantics: each channel of each sample is
 * normalized by its own mean and biased variance. The running statistics are those of the channels, averaged over the samples.
 *
 * Shapes: x [n, channels, ...], f32 or f16; scale, shift and running statistics [channels] -> y as x. Throws ShapeError, DTypeError or
 * ArgumentError where they do not fit, and ShapeError for instances of one value.
 *
 * @example const { y } = instanceNorm(x, { scale, shift }); // x of [n, channels, h, w]
 */
export function instanceNorm(x: Tensor, options: InstanceNormOptions = {}): InstanceNormResult {
  checkTensors("instanceNorm", x);
  checkCall<InstanceNormOptions>("instanceNorm", options, instanceNormRules);
  const { runningMean, runningVariance, training = false, momentum = 0.1, ...affine } = options;
  const hasRunning = runningMean !== undefined && runningVariance !== undefined;
  if (hasRunning && !training) return batchNorm(x, { ...affine, runningMean, runningVariance });
  return scope(() => {
    const channels = x.shape[1] ?? 0;
    if (x.rank > 1 && countElements(x.shape.slice(2)) === 1 && x.size > 0) {
      throw new ShapeError(
        `instanceNorm: x: found ${formatShape(x.shape)}, expected more than 1 value in each channel of a sample`,
      );
    }
    const reason = `x has ${channels} channels`;
    checkArgument("instanceNorm", "runningMean", runningMean, [channels], reason);
    checkArgument("instanceNorm", "runningVariance", runningVariance, [channels], reason);
    const [y, statistics] = normalizeGroups("instanceNorm", x, Math.max(channels, 1), affine);
    if (!hasRunning || x.size === 0) return { y };
    const running = updateOfSamples(statistics, { mean: runningMean, variance: runningVariance }, momentum);
    return { y, runningMean: running.mean, runningVariance: running.variance };
  });
}

/** The running statistics after each sample, averaged over the samples. */
function updateOfSamples(
  statistics: Tensor,
  running: RunningStatistics,
  momentum: number,
): RunningStatistics {
  const [channels] = running.mean.shape as [number];
  const samples = statistics.shape[1]! / channels;
  const repeat = (one: Tensor): Tensor =>
    reshape(broadcastTo(one, [samples, channels]), [samples * channels]);
  const average = (each: Tensor): Tensor => mean(reshape(each, [samples, channels]), { axis: 0 });
  const updated = updateRunningStatistics(
    statistics,
    { mean: repeat(running.mean), variance: repeat(running.variance) },
    momentum,
  );
  return { mean: average(updated.mean), variance: average(updated.variance) };
}
