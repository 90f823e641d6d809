export type { GradientNormsOptions, LayerGradient } from "./depth/gradient-norms.ts";
export { measureGradientNorms } from "./depth/gradient-norms.ts";
export type { Growth } from "./depth/growth.ts";
export { fitGrowth } from "./depth/growth.ts";
export type {
  AlongGradientOptions,
  AlongGradientPoint,
  GradientLine,
  GradientSearch,
  StepAlongGradient,
} from "./landscape/along-gradient.ts";
export { measureAlongGradient, searchAlongGradient } from "./landscape/along-gradient.ts";
export type { LossSlice, LossSliceOptions } from "./landscape/loss-slice.ts";
export { measureLossSlice } from "./landscape/loss-slice.ts";
export type { LabelledBatch, Loss } from "./model/differentiate.ts";
export type { ActivationRecord, ActivationRecorderOptions } from "./recorders/activation-recorder.ts";
export { ActivationRecorder } from "./recorders/activation-recorder.ts";
export type { DeadUnits, DeadUnitsOptions } from "./recorders/dead-units.ts";
export { findDeadUnits } from "./recorders/dead-units.ts";
export type { GradientNormRecord, GradientRecorderOptions } from "./recorders/gradient-recorder.ts";
export { GradientRecorder } from "./recorders/gradient-recorder.ts";
export type { CovariateShiftOptions, LayerShift } from "./shift/covariate-shift.ts";
export { measureCovariateShift } from "./shift/covariate-shift.ts";
export type { StatisticsDrift, StatisticsDriftOptions } from "./statistics/statistics-drift.ts";
export { measureStatisticsDrift } from "./statistics/statistics-drift.ts";
export type { GhostBatchResult, GhostBatchSweepOptions } from "./sweeps/ghost-batch-sweep.ts";
export { sweepGhostBatches } from "./sweeps/ghost-batch-sweep.ts";
export type {
  LearningRateResult,
  UsableLearningRates,
  UsableLearningRatesOptions,
} from "./sweeps/usable-learning-rates.ts";
export { findUsableLearningRates } from "./sweeps/usable-learning-rates.ts";
