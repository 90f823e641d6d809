export type { BatchNormOptions, BatchNormResult } from "./batch-norm/batch-norm.ts";
export { batchNorm } from "./batch-norm/batch-norm.ts";
export type { FrozenNormalization, WeightAndBias } from "./batch-norm/fold.ts";
export { foldIntoConvolution, foldIntoLinear } from "./batch-norm/fold.ts";
export type { GhostBatchNormOptions } from "./batch-norm/ghost-batch-norm.ts";
export { ghostBatchNorm } from "./batch-norm/ghost-batch-norm.ts";
export type { MaskedBatchNormOptions } from "./batch-norm/masked-batch-norm.ts";
export { maskedBatchNorm } from "./batch-norm/masked-batch-norm.ts";
export type { RunningStatistics } from "./batch-norm/running-statistics.ts";
export { updateRunningStatistics } from "./batch-norm/running-statistics.ts";
export type { Convention, Conversion, System } from "./conventions.ts";
export {
  computeRunningVarianceFactor,
  conventions,
  convertMomentum,
  convertRunningVariance,
} from "./conventions.ts";
export type { Conv2dBatchNormOptions } from "./convolution/conv2d-batch-norm.ts";
export { conv2dBatchNorm } from "./convolution/conv2d-batch-norm.ts";
export type { GradientApplyOptions } from "./gradient/gradient-apply.ts";
export { gradientApply } from "./gradient/gradient-apply.ts";
export type { GradientSumsOptions } from "./gradient/gradient-sums.ts";
export { extractParameterGradients, gradientSums } from "./gradient/gradient-sums.ts";
export type { NormalizeOptions } from "./normalize/normalize.ts";
export { normalize } from "./normalize/normalize.ts";
export { maskedStatistics } from "./statistics/masked-statistics.ts";
export { mergeStatistics } from "./statistics/merge-statistics.ts";
export { populationStatistics } from "./statistics/pack-statistics.ts";
export { extractCount, extractMean, extractVariance } from "./statistics/rows.ts";
export { statistics } from "./statistics/statistics.ts";
