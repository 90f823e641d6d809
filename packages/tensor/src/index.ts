export * from "./checks/errors.ts";
export { encodeArguments } from "./core/devices/argument-words.ts";
export * from "./core/devices/backend.ts";
export { waitUntil } from "./core/devices/deadline.ts";
export type * from "./core/devices/kernel-schema.ts";
export * from "./core/devices/launch.ts";
export * from "./core/executor.ts";
export type { HostStep } from "./core/host-step.ts";
export { hostStep } from "./core/host-step.ts";
export { trackInScope } from "./core/memory/current-scope.ts";
export { recallIntegers, rememberIntegers } from "./core/memory/host-integers.ts";
export type { LeakListener, LeakReportOptions, UnfreedTensors } from "./core/memory/leak-report.ts";
export { listUnfreedTensors, reportLeaks } from "./core/memory/leak-report.ts";
export * from "./core/memory/scope.ts";
export * from "./core/memory/state-change.ts";
export { isTensor, makeAlias, makeView, Tensor, TensorStorage } from "./core/memory/tensor.ts";
export { decodeModule } from "./core/module-text.ts";
export * from "./core/op.ts";
export * from "./core/op-cases.ts";
export { mergeDimensions, planExpression } from "./core/plans/expression-plan.ts";
export type { NamedKernel, NamedOperands, NamedParameters } from "./core/plans/plan-launch.ts";
export { orderParameters, planLaunch } from "./core/plans/plan-launch.ts";
export type { PlanEntry, PlanSource } from "./core/plans/plan-tables.ts";
export { loadPlans, makeOpFamily, makePlanEntry, makePlanTable } from "./core/plans/plan-tables.ts";
export { waitForNextTurn } from "./core/platform/next-turn.ts";
export { loadNodeModule } from "./core/platform/node-module.ts";
export * from "./core/spec.ts";
export type { CreationOptions } from "./creation/creation-options.ts";
export { format } from "./creation/format.ts";
export { fromData } from "./creation/from-data.ts";
export { arange, eye, linspace } from "./creation/sequences.ts";
export type { NestedArray, TensorData, TensorOptions } from "./creation/tensor.ts";
export { tensor } from "./creation/tensor.ts";
export type {
  DType,
  DTypeProperties,
  Rounding,
  ScalarType,
  WgslElements,
  WgslPairs,
} from "./expression/dtype.ts";
export {
  findDTypeOfArray,
  getComputeType,
  getDTypeProperties,
  isFloat,
  isTruth,
  makeRounding,
  toStored,
} from "./expression/dtype.ts";
export {
  aDType,
  allTypes,
  floatTypes,
  indexType,
  integerTypes,
  listStorages,
} from "./expression/dtype-kinds.ts";
export * from "./expression/index.ts";
export type { Bytes, NumericArray, Storage } from "./expression/storage.ts";
export { countStorageBytes, viewAs } from "./expression/storage.ts";
export type { PadOptions } from "./ops/arrangement/pad.ts";
export { pad } from "./ops/arrangement/pad.ts";
export { repeatInterleave, tile } from "./ops/arrangement/repeat.ts";
export { roll } from "./ops/arrangement/roll.ts";
export type { AttentionOptions } from "./ops/attention/attention.ts";
export { attentionWeights, scaledDotProductAttention } from "./ops/attention/attention.ts";
export type { MaskedSoftmaxOptions } from "./ops/attention/masked-softmax.ts";
export { maskedSoftmax } from "./ops/attention/masked-softmax.ts";
export { einsum } from "./ops/contraction/einsum.ts";
export { outer, tensordot } from "./ops/contraction/tensordot.ts";
export type { ConvolutionTranspose1dOptions } from "./ops/convolution/conv-transpose1d.ts";
export { convTranspose1d } from "./ops/convolution/conv-transpose1d.ts";
export { convTranspose2d } from "./ops/convolution/conv-transpose2d.ts";
export { convTranspose3d } from "./ops/convolution/conv-transpose3d.ts";
export type { Convolution1dOptions } from "./ops/convolution/conv1d.ts";
export { conv1d } from "./ops/convolution/conv1d.ts";
export type { Conv2dCall } from "./ops/convolution/conv2d.ts";
export { conv2d, prepareConv2d } from "./ops/convolution/conv2d.ts";
export { conv3d } from "./ops/convolution/conv3d.ts";
export type { Conv2dAttributes } from "./ops/convolution/convolution.ts";
export type { ConvolutionOptions, NumberOrPair } from "./ops/convolution/convolution-options.ts";
export { computeConvolutionMargins } from "./ops/convolution/convolution-options.ts";
export type { ConvolutionTransposeOptions } from "./ops/convolution/transposed-options.ts";
export type {
  Margin,
  Margins,
  Padding,
  PerDimension,
  Rank,
  SamePadding,
} from "./ops/convolution/window-options.ts";
export { full, ones, onesLike, zeros, zerosLike } from "./ops/creation/full.ts";
export { oneHot } from "./ops/creation/one-hot.ts";
export { bernoulli, normal, randomBits, randomPermutation, uniform } from "./ops/creation/random.ts";
export { tril, triu } from "./ops/creation/triangle.ts";
export { elu, gelu, leakyRelu, relu, sigmoid, silu, softplus, tanh } from "./ops/elementwise/activation.ts";
export { abs, add, div, mul, neg, rem, sign, sub } from "./ops/elementwise/arithmetic.ts";
export {
  bitwiseAnd,
  bitwiseLeftShift,
  bitwiseNot,
  bitwiseOr,
  bitwiseRightShift,
  bitwiseXor,
} from "./ops/elementwise/bitwise.ts";
export type { NanToNumOptions } from "./ops/elementwise/bounds.ts";
export { clamp, maximum, minimum, nanToNum } from "./ops/elementwise/bounds.ts";
export { cast } from "./ops/elementwise/cast.ts";
export {
  equal,
  greater,
  greaterEqual,
  isFinite,
  isInfinite,
  isNan,
  less,
  lessEqual,
  notEqual,
} from "./ops/elementwise/comparison.ts";
export { floorDivide, mod } from "./ops/elementwise/division.ts";
export { erf, exp, expm1, log, log1p } from "./ops/elementwise/exponential.ts";
export { fuse } from "./ops/elementwise/fusion/fuse.ts";
export { evaluateExpression } from "./ops/elementwise/fusion/fused.ts";
export { glu } from "./ops/elementwise/glu.ts";
export { hardsigmoid, hardswish, hardtanh, relu6 } from "./ops/elementwise/hard-activation.ts";
export { acosh, asinh, atanh, cosh, sinh } from "./ops/elementwise/hyperbolic.ts";
export { lerp } from "./ops/elementwise/lerp.ts";
export { exp2, log2, log10, logaddexp } from "./ops/elementwise/logarithms.ts";
export { logicalAnd, logicalNot, logicalOr, logicalXor } from "./ops/elementwise/logic.ts";
export type { TensorOrNumber } from "./ops/elementwise/operands/binary.ts";
export { power, reciprocal, rsqrt, sqrt, square } from "./ops/elementwise/powers.ts";
export { prelu } from "./ops/elementwise/prelu.ts";
export { ceil, floor, round, trunc } from "./ops/elementwise/rounding.ts";
export type { ShrinkOptions } from "./ops/elementwise/shrinkage.ts";
export { hardshrink, softshrink, tanhshrink, threshold } from "./ops/elementwise/shrinkage.ts";
export { celu, logSigmoid, mish, selu, softsign } from "./ops/elementwise/smooth-activation.ts";
export { acos, asin, atan, atan2, cos, sin, tan } from "./ops/elementwise/trigonometric.ts";
export { where } from "./ops/elementwise/where.ts";
export { findGradient } from "./ops/gradient-of.ts";
export { argsort } from "./ops/indexing/argsort.ts";
export type { GatherOptions } from "./ops/indexing/gather.ts";
export { gather, scatterAdd } from "./ops/indexing/gather.ts";
export type { IndexingOptions, NegativeIndices, OutOfRange } from "./ops/indexing/indexing.ts";
export type { TakeOptions } from "./ops/indexing/take.ts";
export { indexAdd, take } from "./ops/indexing/take.ts";
export type { TopKOptions } from "./ops/indexing/top-k.ts";
export { topK } from "./ops/indexing/top-k.ts";
export type {
  Activation,
  EpilogueAttributes,
  PlainEpilogue,
  ProductEpilogue,
} from "./ops/matmul/epilogue.ts";
export type { LinearOptions } from "./ops/matmul/linear.ts";
export { linear } from "./ops/matmul/linear.ts";
export { linearWithResidual } from "./ops/matmul/linear-with-residual.ts";
export type { MatmulOptions } from "./ops/matmul/matmul.ts";
export { matmul } from "./ops/matmul/matmul.ts";
export { broadcastTo } from "./ops/movement/broadcast-to.ts";
export { concatenate, stack } from "./ops/movement/concatenate.ts";
export type { DiagonalOptions } from "./ops/movement/diagonal.ts";
export { diagonal } from "./ops/movement/diagonal.ts";
export { flip } from "./ops/movement/flip.ts";
export { channelShuffle, pixelShuffle, pixelUnshuffle } from "./ops/movement/pixel-shuffle.ts";
export { flatten, reshape, squeeze, unsqueeze } from "./ops/movement/reshape.ts";
export type { SliceOptions } from "./ops/movement/slice-and-pad.ts";
export { slice } from "./ops/movement/slice-and-pad.ts";
export { chunk, split, unbind } from "./ops/movement/split.ts";
export { moveAxis, swapAxes, transpose } from "./ops/movement/transpose.ts";
export type { Interpolation, QuantileOptions } from "./ops/order/quantile.ts";
export { median, quantile } from "./ops/order/quantile.ts";
export type { SearchsortedOptions } from "./ops/order/searchsorted.ts";
export { searchsorted } from "./ops/order/searchsorted.ts";
export type { SortOptions } from "./ops/order/sort.ts";
export { sort } from "./ops/order/sort.ts";
export type { UniqueResult } from "./ops/order/unique.ts";
export { nonzero, unique } from "./ops/order/unique.ts";
export type { AdaptiveSize } from "./ops/pooling/adaptive-pool.ts";
export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from "./ops/pooling/adaptive-pool.ts";
export type { AvgPoolOptions } from "./ops/pooling/avg-pool.ts";
export { avgPool1d, avgPool2d, avgPool3d } from "./ops/pooling/avg-pool.ts";
export { globalAveragePool } from "./ops/pooling/global-average-pool.ts";
export { globalMaxPool } from "./ops/pooling/global-max-pool.ts";
export type { LpPoolOptions } from "./ops/pooling/lp-pool.ts";
export { lpPool1d, lpPool2d } from "./ops/pooling/lp-pool.ts";
export { maxPool1d, maxPool2d, maxPool3d } from "./ops/pooling/max-pool.ts";
export type { IndexedMaxima } from "./ops/pooling/max-pool-indices.ts";
export {
  maxPool1dWithIndices,
  maxPool2dWithIndices,
  maxPool3dWithIndices,
} from "./ops/pooling/max-pool-indices.ts";
export type { MaxUnpoolOptions } from "./ops/pooling/max-unpool.ts";
export { maxUnpool1d, maxUnpool2d, maxUnpool3d } from "./ops/pooling/max-unpool.ts";
export type { Extent, MaxPoolOptions, PoolOptions } from "./ops/pooling/pool-options.ts";
export { checkPoolOptions } from "./ops/pooling/pool-options.ts";
export { gruCell, gruCellGradient } from "./ops/recurrent/gru-cell.ts";
export { lstmCell, lstmCellGradient } from "./ops/recurrent/lstm-cell.ts";
export { all, any } from "./ops/reduction/any-all.ts";
export type { ArgExtremeOptions } from "./ops/reduction/arg-extreme.ts";
export { argmax, argmin, isArgmax } from "./ops/reduction/arg-extreme.ts";
export type { ReductionOptions } from "./ops/reduction/axes.ts";
export type { CumulativeProductOptions } from "./ops/reduction/cumulative-product.ts";
export { cumulativeProduct } from "./ops/reduction/cumulative-product.ts";
export type { CumulativeSumOptions } from "./ops/reduction/cumulative-sum.ts";
export { cumulativeSum } from "./ops/reduction/cumulative-sum.ts";
export { max, min } from "./ops/reduction/extreme.ts";
export { mean } from "./ops/reduction/mean.ts";
export type { MomentsOptions } from "./ops/reduction/moments.ts";
export { moments, standardDeviation, variance } from "./ops/reduction/moments.ts";
export type { NormOptions } from "./ops/reduction/norm.ts";
export { norm } from "./ops/reduction/norm.ts";
export { product } from "./ops/reduction/product.ts";
export { sum, sumTo } from "./ops/reduction/sum.ts";
export type { CropAndResizeOptions } from "./ops/resampling/crop-and-resize.ts";
export { cropAndResize } from "./ops/resampling/crop-and-resize.ts";
export type { GridSampleOptions } from "./ops/resampling/grid-sample.ts";
export { affineGrid, gridSample } from "./ops/resampling/grid-sample.ts";
export type { ResizeOptions } from "./ops/resampling/resize.ts";
export { checkResizeOptions, resize } from "./ops/resampling/resize.ts";
export type { RoiAlignOptions } from "./ops/resampling/roi-align.ts";
export { roiAlign } from "./ops/resampling/roi-align.ts";
export type { PointMode } from "./ops/resampling/sample-points.ts";
export type { ResizeMode } from "./ops/resampling/sampling.ts";
export type { Combination } from "./ops/scatter/attributes.ts";
export type { BincountOptions } from "./ops/scatter/bincount.ts";
export { bincount } from "./ops/scatter/bincount.ts";
export type { ScatterOptions, ScatterReduceOptions, ScatterReduction } from "./ops/scatter/scatter.ts";
export { scatter, scatterReduce } from "./ops/scatter/scatter.ts";
export type { GatherNdOptions, ScatterNdOptions } from "./ops/scatter/scatter-nd.ts";
export { gatherNd, scatterNd } from "./ops/scatter/scatter-nd.ts";
export type { SegmentOptions } from "./ops/scatter/segments.ts";
export { segmentMax, segmentMean, segmentMin, segmentSum } from "./ops/scatter/segments.ts";
export { logSoftmax } from "./ops/softmax/log-softmax.ts";
export { logsumexp } from "./ops/softmax/logsumexp.ts";
export { softmax } from "./ops/softmax/softmax.ts";
export type { SoftmaxCrossEntropyOptions } from "./ops/softmax/softmax-cross-entropy.ts";
export { softmaxCrossEntropy } from "./ops/softmax/softmax-cross-entropy.ts";
export { softmin } from "./ops/softmax/softmin.ts";
export type { RandomOptions } from "./random/draw.ts";
export { drawPermutation } from "./random/host-permutation.ts";
export type { KeyOptions } from "./random/key-options.ts";
export type { RandomState, Seed } from "./random/random-source.ts";
export { getRandomSource, manualSeed, RandomSource } from "./random/random-source.ts";
export type { RandomKey } from "./random/threefry.ts";
export { threefry, threefry2x32 } from "./random/threefry.ts";
export { loadWideModules } from "./wide/load-modules.ts";
