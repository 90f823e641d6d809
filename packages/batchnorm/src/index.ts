export type { BatchNormOptions, BatchNormResult } from "./batch-norm.ts";
export { batchNorm } from "./batch-norm.ts";
export type { Convention, Conversion, System } from "./conventions.ts";
export {
  conventions,
  convertMomentum,
  convertRunningVariance,
  runningVarianceFactor,
} from "./conventions.ts";
export type { Conv2dBatchNormOptions } from "./convolution/conv2d-batch-norm.ts";
export { conv2dBatchNorm } from "./convolution/conv2d-batch-norm.ts";
export { conv2dBatchNormOp } from "./convolution/conv2d-batch-norm-op.ts";
export type { FrozenNormalization, WeightAndBias } from "./fold.ts";
export { foldIntoConvolution, foldIntoLinear } from "./fold.ts";
export type { GhostBatchNormOptions } from "./ghost-batch-norm.ts";
export { ghostBatchNorm } from "./ghost-batch-norm.ts";
export { normalizeGradientOp } from "./gradient/gradient.ts";
export type { MaskedBatchNormOptions } from "./masked/masked-batch-norm.ts";
export { maskedBatchNorm } from "./masked/masked-batch-norm.ts";
export { maskedStatistics, maskedStatisticsOp } from "./masked/masked-statistics.ts";
export { mergeStatistics, mergeStatisticsOp } from "./merge/merge-statistics.ts";
export type { NormalizeOptions } from "./normalize/normalize.ts";
export { normalize, normalizeOp } from "./normalize/normalize.ts";
export { packStatisticsOp, populationStatistics } from "./pack/pack-statistics.ts";
export { countOf, meanOf, varianceOf } from "./statistics/rows.ts";
export { statistics, statisticsOp } from "./statistics/statistics.ts";
export { batchNormTrainingOp } from "./training/batch-norm-training.ts";
export type { RunningStatistics } from "./training/running-statistics.ts";
export { updateRunningStatistics } from "./training/running-statistics.ts";
