export type { CheckpointStore } from "./checkpoints/checkpoint-store.ts";
export { checkCheckpointName, MemoryCheckpointStore } from "./checkpoints/checkpoint-store.ts";
export type { Environment } from "./checkpoints/environment.ts";
export { encodeModel, loadModel } from "./checkpoints/model-file.ts";
export type { ModelFileOptions, ModelSource } from "./checkpoints/model-format.ts";
export type { BeamSearchOptions, RankedText } from "./decoding/beam-search.ts";
export { beamSearch } from "./decoding/beam-search.ts";
export { greedySearch } from "./decoding/greedy-search.ts";
export type { LengthPenalty } from "./decoding/length-penalty.ts";
export { gnmtPenalty, powerPenalty } from "./decoding/length-penalty.ts";
export type { DecodingOptions, FoundText, TokenDecoder } from "./decoding/token-decoder.ts";
export type { BoxEdges } from "./detection/box-overlap.ts";
export { computeBoxOverlap } from "./detection/box-overlap.ts";
export type { NonMaximumSuppressionOptions } from "./detection/non-maximum-suppression.ts";
export { nonMaximumSuppression } from "./detection/non-maximum-suppression.ts";
export type { ClassActivationMapOptions } from "./hooks/class-activation-map.ts";
export { classActivationMap } from "./hooks/class-activation-map.ts";
export type { HookListener, HookOptions, HookPlace } from "./hooks/hooks.ts";
export { onBackward, onForward } from "./hooks/hooks.ts";
export * as init from "./initializers/init.ts";
export { ELU, GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Softplus, Tanh } from "./layers/activations.ts";
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
} from "./layers/adaptive-pooling.ts";
export { AlphaDropout, FeatureAlphaDropout } from "./layers/alpha-dropout.ts";
export type { BasicBlockOptions, ResidualShortcut } from "./layers/basic-block.ts";
export { BasicBlock } from "./layers/basic-block.ts";
export type { BatchNormLayerOptions } from "./layers/batch-norm.ts";
export { BatchNorm, BatchNorm1d, BatchNorm2d, BatchNorm3d } from "./layers/batch-norm.ts";
export type { BatchRenormLayerOptions } from "./layers/batch-renorm.ts";
export { BatchRenorm, BatchRenorm1d, BatchRenorm2d, BatchRenorm3d } from "./layers/batch-renorm.ts";
export { Bilinear } from "./layers/bilinear.ts";
export type { BottleneckOptions } from "./layers/bottleneck.ts";
export { Bottleneck } from "./layers/bottleneck.ts";
export type { Conv2dNormActivationOptions } from "./layers/conv-norm-activation.ts";
export { Conv2dNormActivation, DepthwiseSeparableConv2d } from "./layers/conv-norm-activation.ts";
export type { PaddingMode } from "./layers/convolution.ts";
export { Conv1d, Conv2d, Conv3d } from "./layers/convolution.ts";
export { Dropout, Dropout1d, Dropout2d, Dropout3d } from "./layers/dropout.ts";
export type { EmbeddingOptions, PretrainedEmbeddingOptions } from "./layers/embedding.ts";
export { Embedding } from "./layers/embedding.ts";
export type { BagMode, EmbeddingBagOptions } from "./layers/embedding-bag.ts";
export { EmbeddingBag } from "./layers/embedding-bag.ts";
export type { BatchNormEpilogue, Epilogue } from "./layers/epilogue.ts";
export { Flatten } from "./layers/flatten.ts";
export type { FusedPair, Fusible, FusibleBatchNorm, FusibleConv2d } from "./layers/fused-pairs.ts";
export { FusibleActivation, FusingModule, runSequence } from "./layers/fusion.ts";
export { GaussianDropout, GaussianNoise } from "./layers/gaussian-noise.ts";
export { GhostBatches } from "./layers/ghost-batches.ts";
export { GlobalAveragePool, GlobalMaxPool } from "./layers/global-pooling.ts";
export type { GroupNormLayerOptions } from "./layers/group-norm.ts";
export { GroupNorm } from "./layers/group-norm.ts";
export { Hardsigmoid, Hardswish, Hardtanh, ReLU6, Threshold } from "./layers/hard-activations.ts";
export { Identity } from "./layers/identity.ts";
export type { InstanceNormLayerOptions } from "./layers/instance-norm.ts";
export { InstanceNorm, InstanceNorm1d, InstanceNorm2d, InstanceNorm3d } from "./layers/instance-norm.ts";
export type { InvertedResidualOptions, SqueezedInvertedResidualOptions } from "./layers/inverted-residual.ts";
export { InvertedResidual, SqueezedInvertedResidual } from "./layers/inverted-residual.ts";
export type { LayerNormLayerOptions, RMSNormLayerOptions } from "./layers/layer-norm.ts";
export { LayerNorm, RMSNorm } from "./layers/layer-norm.ts";
export { Linear } from "./layers/linear.ts";
export type { LocalResponseNormOptions } from "./layers/local-response-norm.ts";
export { LocalResponseNorm } from "./layers/local-response-norm.ts";
export { LPPool1d, LPPool2d } from "./layers/lp-pooling.ts";
export { MaskedBatchNorm } from "./layers/masked-batch-norm.ts";
export { MaxUnpool1d, MaxUnpool2d, MaxUnpool3d } from "./layers/max-unpooling.ts";
export { ModuleDict } from "./layers/module-dict.ts";
export { ModuleList, ParameterList } from "./layers/module-list.ts";
export type { PaddingWidths } from "./layers/padding.ts";
export {
  CircularPad1d,
  CircularPad2d,
  CircularPad3d,
  ConstantPad1d,
  ConstantPad2d,
  ConstantPad3d,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
  ZeroPad1d,
  ZeroPad2d,
  ZeroPad3d,
} from "./layers/padding.ts";
export { AvgPool1d, AvgPool2d, AvgPool3d, MaxPool1d, MaxPool2d, MaxPool3d } from "./layers/pooling.ts";
export type { PReLUOptions } from "./layers/prelu.ts";
export { PReLU } from "./layers/prelu.ts";
export type { RandomLayerOptions } from "./layers/random-layer.ts";
export type { CellOptions, RNNCellOptions } from "./layers/recurrent/cells.ts";
export { GRUCell, LSTMCell, RNNCell } from "./layers/recurrent/cells.ts";
export type { LSTMOptions, LSTMState, RNNOptions } from "./layers/recurrent/recurrent.ts";
export { GRU, LSTM, RNN } from "./layers/recurrent/recurrent.ts";
export type { RecurrentOptions } from "./layers/recurrent/recurrent-layer.ts";
export { RecurrentLayer } from "./layers/recurrent/recurrent-layer.ts";
export type { RaggedOptions } from "./layers/recurrent/sequence-mask.ts";
export { residualInit } from "./layers/residual.ts";
export type { RReLUOptions } from "./layers/rrelu.ts";
export { RReLU } from "./layers/rrelu.ts";
export type { RunningNormOptions } from "./layers/running-norm.ts";
export { RunningNorm } from "./layers/running-norm.ts";
export { Sequential } from "./layers/sequential.ts";
export { Hardshrink, Softshrink, Tanhshrink } from "./layers/shrinkage.ts";
export { ChannelShuffle, PixelShuffle, PixelUnshuffle } from "./layers/shuffle.ts";
export { CosineSimilarity, PairwiseDistance } from "./layers/similarity.ts";
export { CELU, LogSigmoid, Mish, SELU, Softsign } from "./layers/smooth-activations.ts";
export type { SoftmaxLayerOptions } from "./layers/softmax.ts";
export { GLU, LogSoftmax, Softmax, Softmax2d, Softmin } from "./layers/softmax.ts";
export type { SqueezeExcitationOptions } from "./layers/squeeze-excitation.ts";
export { SqueezeExcitation } from "./layers/squeeze-excitation.ts";
export { StandardizedConv2d } from "./layers/standardized-convolution.ts";
export type { StochasticDepthOptions } from "./layers/stochastic-depth.ts";
export { StochasticDepth } from "./layers/stochastic-depth.ts";
export type { LayerMasks } from "./layers/transformer/attention-mask.ts";
export { causalMask } from "./layers/transformer/attention-mask.ts";
export type { DecoderLayerState, DecoderMasks, DecoderState } from "./layers/transformer/decoder.ts";
export { TransformerDecoder, TransformerDecoderLayer } from "./layers/transformer/decoder.ts";
export type { EncoderMasks } from "./layers/transformer/encoder.ts";
export { TransformerEncoder, TransformerEncoderLayer } from "./layers/transformer/encoder.ts";
export type { KeyValues } from "./layers/transformer/key-values.ts";
export type {
  MultiheadAttentionInputs,
  MultiheadAttentionOptions,
} from "./layers/transformer/multihead-attention.ts";
export { MultiheadAttention } from "./layers/transformer/multihead-attention.ts";
export type {
  LearnedEncodingOptions,
  SinusoidalEncodingOptions,
} from "./layers/transformer/position-encodings.ts";
export { LearnedEncoding, SinusoidalEncoding } from "./layers/transformer/position-encodings.ts";
export type { RotaryEncodingOptions } from "./layers/transformer/rotary-encoding.ts";
export { RotaryEncoding } from "./layers/transformer/rotary-encoding.ts";
export type { TransformerMasks, TransformerOptions } from "./layers/transformer/transformer.ts";
export { Transformer } from "./layers/transformer/transformer.ts";
export type { TransformerLayerOptions } from "./layers/transformer/transformer-options.ts";
export { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from "./layers/transposed-convolution.ts";
export { Unflatten } from "./layers/unflatten.ts";
export type { ImageSizeOptions } from "./layers/upsample.ts";
export { Upsample, UpsamplingBilinear2d, UpsamplingNearest2d } from "./layers/upsample.ts";
export type { WeightOptions } from "./layers/weights.ts";
export type { LogStore } from "./logs/log-store.ts";
export { aLogStore, checkLogName, logName, MemoryLogStore } from "./logs/log-store.ts";
export type { BoxLossOptions } from "./losses/box-overlap.ts";
export { completeBoxOverlap, generalizedBoxOverlap } from "./losses/box-overlap.ts";
export type { MultiLabelOptions, MultiMarginOptions } from "./losses/class-margins.ts";
export { multiLabelSoftMargin, multiMargin } from "./losses/class-margins.ts";
export type { CosineEmbeddingOptions, CosineSimilarityOptions } from "./losses/cosine.ts";
export { cosineEmbedding, cosineSimilarity } from "./losses/cosine.ts";
export type { CrossEntropyOptions } from "./losses/cross-entropy.ts";
export { crossEntropy } from "./losses/cross-entropy.ts";
export type { DiceOptions } from "./losses/dice.ts";
export { dice } from "./losses/dice.ts";
export type { PairwiseDistanceOptions } from "./losses/distance.ts";
export { pairwiseDistance } from "./losses/distance.ts";
export type { BceOptions, HuberOptions, SmoothL1Options } from "./losses/elementwise.ts";
export { bce, bceWithLogits, huber, l1, mse, smoothL1 } from "./losses/elementwise.ts";
export type { FocalOptions, SigmoidFocalOptions } from "./losses/focal.ts";
export { focal, sigmoidFocal } from "./losses/focal.ts";
export type { KlDivergenceOptions } from "./losses/kl-divergence.ts";
export { klDivergence } from "./losses/kl-divergence.ts";
export type { LikelihoodOptions, PoissonNllOptions } from "./losses/likelihoods.ts";
export { gaussianNll, poissonNll } from "./losses/likelihoods.ts";
export type { MarginOptions } from "./losses/margins.ts";
export { hingeEmbedding, marginRanking, softMargin } from "./losses/margins.ts";
export { nll } from "./losses/nll.ts";
export type { LabelLossOptions, LossOptions, Reduction } from "./losses/reduction.ts";
export type { TripletMarginOptions } from "./losses/triplet-margin.ts";
export { tripletMargin } from "./losses/triplet-margin.ts";
export type { AccuracyOptions, BinaryAccuracyOptions, TopKAccuracyOptions } from "./metrics/accuracy.ts";
export { accuracy, binaryAccuracy, topKAccuracy } from "./metrics/accuracy.ts";
export type { PrecisionRecall } from "./metrics/average-precision.ts";
export { computeAveragePrecision, computePrecisionRecall } from "./metrics/average-precision.ts";
export type { BleuOptions, BleuSettings } from "./metrics/bleu.ts";
export { bleu, computeBleu, countBleu, scoreBleu } from "./metrics/bleu.ts";
export type { BootstrapOptions } from "./metrics/bootstrap-interval.ts";
export { computeBootstrapInterval } from "./metrics/bootstrap-interval.ts";
export type { ClassBox, DetectionProtocol, MatchBoxesOptions } from "./metrics/box-matching.ts";
export { matchBoxes } from "./metrics/box-matching.ts";
export type { ChrFOptions, ChrFSettings } from "./metrics/chrf.ts";
export { chrF, computeChrF } from "./metrics/chrf.ts";
export type { Average, ClassScoreOptions } from "./metrics/class-scores.ts";
export { f1, meanIoU, precision, recall } from "./metrics/class-scores.ts";
export { confusionMatrix } from "./metrics/confusion-matrix.ts";
export type { DetectionScore, MatchedImage } from "./metrics/detection-scores.ts";
export { matchImage, scoreDetections } from "./metrics/detection-scores.ts";
export type { MeanAveragePrecisionOptions } from "./metrics/mean-average-precision.ts";
export { meanAveragePrecision } from "./metrics/mean-average-precision.ts";
export type { PerplexityOptions } from "./metrics/perplexity.ts";
export { perplexity } from "./metrics/perplexity.ts";
export type { ClassMetricOptions } from "./metrics/predicted-classes.ts";
export { mae, r2, rmse } from "./metrics/regression.ts";
export type { RocAucOptions } from "./metrics/roc-auc.ts";
export { rocAuc } from "./metrics/roc-auc.ts";
export type { TokenOptions } from "./metrics/token-metric.ts";
export { tokenize13a } from "./metrics/tokenize-13a.ts";
export { withNames } from "./module/failure.ts";
export type { LoadOptions, LoadReport, StateSource } from "./module/load-state-dict.ts";
export type { Member } from "./module/member.ts";
export type { AnyModule } from "./module/module.ts";
export { Module } from "./module/module.ts";
export type { StateDict, StateValue } from "./module/state-dict.ts";
export { readStateArrays } from "./module/state-dict.ts";
export { StateDictError } from "./module/state-dict-error.ts";
export { Unowned } from "./module/unowned.ts";
export type { ParameterOptions, VariableOptions } from "./module/variable.ts";
export { Buffer, Counter, Parameter, Variable } from "./module/variable.ts";
export type { BatchNormAdviceOptions } from "./normalization/batch-norm-advice.ts";
export { BatchNormAdvice } from "./normalization/batch-norm-advice.ts";
export type { BatchNormWarning, BatchNormWarningOptions } from "./normalization/batch-norm-warnings.ts";
export { listBatchNormWarnings } from "./normalization/batch-norm-warnings.ts";
export type { FoldOptions, FoldReport } from "./normalization/fold-batch-norm.ts";
export { foldBatchNorm } from "./normalization/fold-batch-norm.ts";
export type { PreciseBatchNormOptions } from "./normalization/precise-batch-norm.ts";
export { preciseBatchNorm } from "./normalization/precise-batch-norm.ts";
export type { NormalizationLayer } from "./normalization/replace-normalization.ts";
export { replaceNormalization } from "./normalization/replace-normalization.ts";
export type { AdadeltaRuleOptions } from "./optimizers/adadelta.ts";
export { Adadelta } from "./optimizers/adadelta.ts";
export type { AdagradRuleOptions } from "./optimizers/adagrad.ts";
export { Adagrad } from "./optimizers/adagrad.ts";
export type { AdamRuleOptions } from "./optimizers/adam.ts";
export { Adam, AdamW } from "./optimizers/adam.ts";
export type { AdamaxRuleOptions } from "./optimizers/adamax.ts";
export { Adamax } from "./optimizers/adamax.ts";
export type { Gradients, OptimizerAttachment } from "./optimizers/attachment.ts";
export type { AveragedModelOptions } from "./optimizers/averaged-model.ts";
export { AveragedModel } from "./optimizers/averaged-model.ts";
export { clipByGlobalNorm, clipByValue } from "./optimizers/clip.ts";
export type { GradientAccumulationOptions } from "./optimizers/gradient-accumulation.ts";
export { GradientAccumulation } from "./optimizers/gradient-accumulation.ts";
export type { GroupSettings } from "./optimizers/grouped-parameter.ts";
export type { LAMBRuleOptions } from "./optimizers/lamb.ts";
export { LAMB } from "./optimizers/lamb.ts";
export type { LARSRuleOptions } from "./optimizers/lars.ts";
export { LARS } from "./optimizers/lars.ts";
export type { LionRuleOptions } from "./optimizers/lion.ts";
export { Lion } from "./optimizers/lion.ts";
export type { MuonRuleOptions } from "./optimizers/muon.ts";
export { Muon } from "./optimizers/muon.ts";
export type { NAdamRuleOptions } from "./optimizers/nadam.ts";
export { NAdam } from "./optimizers/nadam.ts";
export { Optimizer } from "./optimizers/optimizer.ts";
export type {
  GroupOptions,
  OptimizerOptions,
  OptimizerSettings,
  Parameterized,
} from "./optimizers/optimizer-options.ts";
export type { OrthogonalizeOptions } from "./optimizers/orthogonalize.ts";
export { orthogonalize } from "./optimizers/orthogonalize.ts";
export type { RAdamRuleOptions } from "./optimizers/radam.ts";
export { RAdam } from "./optimizers/radam.ts";
export type { RMSpropRuleOptions } from "./optimizers/rmsprop.ts";
export { RMSprop } from "./optimizers/rmsprop.ts";
export type { RpropRuleOptions } from "./optimizers/rprop.ts";
export { Rprop } from "./optimizers/rprop.ts";
export type { SGDRuleOptions } from "./optimizers/sgd.ts";
export { SGD } from "./optimizers/sgd.ts";
export type { UpdateGate } from "./optimizers/update-gate.ts";
export type { RuleChoice, StepNumbers, UpdateRule, WholeParameter } from "./optimizers/update-rule.ts";
export { chained, lambda, multiplicative, sequential, warmUp } from "./schedules/combinators.ts";
export type { CosineRestartsOptions, CyclicOptions } from "./schedules/cycles.ts";
export { cosineRestarts, cyclic } from "./schedules/cycles.ts";
export type { OneCycleMomentumOptions, OneCycleOptions } from "./schedules/one-cycle.ts";
export { oneCycle, oneCycleMomentum } from "./schedules/one-cycle.ts";
export type { Schedule } from "./schedules/schedule.ts";
export type { ConstantOptions, LinearRampOptions, PolynomialOptions } from "./schedules/schedules.ts";
export {
  constant,
  cosine,
  exponential,
  linearRamp,
  multiStep,
  polynomial,
  stepDecay,
} from "./schedules/schedules.ts";
export type { ModuleSummary, Summary } from "./summary/model-summary.ts";
export type { SummaryOptions } from "./summary/summary.ts";
export { summary } from "./summary/summary.ts";
export type { Batch, DataSource, HostArray, Loadable } from "./training/batches/batch.ts";
export type { CSVLoggerOptions } from "./training/callbacks/csv-logger.ts";
export { CSVLogger } from "./training/callbacks/csv-logger.ts";
export type { EarlyStoppingOptions } from "./training/callbacks/early-stopping.ts";
export { EarlyStopping } from "./training/callbacks/early-stopping.ts";
export type { PlateauState, ReduceLROnPlateauOptions } from "./training/callbacks/reduce-lr-on-plateau.ts";
export { ReduceLROnPlateau } from "./training/callbacks/reduce-lr-on-plateau.ts";
export { evaluate } from "./training/evaluate.ts";
export type { EvaluateOptions } from "./training/evaluate-options.ts";
export { findNonFinite } from "./training/finite/find-non-finite.ts";
export {
  NonFiniteError,
  NonFiniteGradientError,
  NonFiniteLossError,
} from "./training/finite/non-finite-error.ts";
export type { NonFiniteOrigin, NonFinitePlace } from "./training/finite/non-finite-origin.ts";
export { fit } from "./training/fit.ts";
export type {
  BestOptions,
  Callback,
  CheckpointOptions,
  FitOptions,
  Probe,
  RunControl,
  RunStart,
  StepStart,
} from "./training/fit-options.ts";
export { findLearningRate } from "./training/learning-rate/find-learning-rate.ts";
export type { LearningRateCurve, LearningRatePoint } from "./training/learning-rate/learning-rate-curve.ts";
export type { FindLearningRateOptions } from "./training/learning-rate/sweep.ts";
export type {
  BatchRecord,
  EpochRecord,
  Evaluation,
  History,
  ValidationRecord,
} from "./training/measurements/history.ts";
export type {
  Measure,
  Measures,
  MetricDetails,
  PassMetric,
  WeightedMean,
} from "./training/measurements/measures.ts";
export { weighted } from "./training/measurements/measures.ts";
export { Meter } from "./training/meter.ts";
export type { InputSource, Predicted, PredictedArray, PredictOptions } from "./training/predict.ts";
export { predict } from "./training/predict.ts";
export { ProgressReporter } from "./training/progress/progress-reporter.ts";
export type { RunProgress } from "./training/progress/run-progress.ts";
export type { StepHooks } from "./training/step-hooks.ts";
export type { TrainStep } from "./training/train-step.ts";
export { trainStep } from "./training/train-step.ts";
