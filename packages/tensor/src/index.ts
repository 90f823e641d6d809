export * from "./checks/errors.ts";
export { argumentWords } from "./core/argument-words.ts";
export * from "./core/backend.ts";
export { trackInScope } from "./core/current-scope.ts";
export { waitUntil } from "./core/deadline.ts";
export * from "./core/deferred-plans.ts";
export * from "./core/executor.ts";
export { expressionPlan, mergeDimensions } from "./core/expression-plan.ts";
export { rememberedIntegers, rememberIntegers } from "./core/host-integers.ts";
export type { HostStep } from "./core/host-step.ts";
export { hostStep } from "./core/host-step.ts";
export type * from "./core/kernel-schema.ts";
export * from "./core/launch.ts";
export type { LeakListener, LeakReportOptions, UnfreedTensors } from "./core/leak-report.ts";
export { reportLeaks, unfreedTensors } from "./core/leak-report.ts";
export { bytesOfModule, patched } from "./core/module-text.ts";
export { nextTurn } from "./core/next-turn.ts";
export { nodeModule } from "./core/node-module.ts";
export * from "./core/op.ts";
export * from "./core/op-cases.ts";
export type { NamedKernel, NamedOperands } from "./core/plan-launch.ts";
export { planLaunch } from "./core/plan-launch.ts";
export * from "./core/scope.ts";
export * from "./core/spec.ts";
export * from "./core/state-change.ts";
export { aliasOf, isTensor, Tensor, TensorStorage, viewOf } from "./core/tensor.ts";
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
  computeType,
  dtypeOfArray,
  isFloat,
  isTruth,
  propertiesOf,
  roundingTo,
  toStored,
} from "./expression/dtype.ts";
export { aDType, allTypes, floatTypes, storagesIn } from "./expression/dtype-kinds.ts";
export * from "./expression/index.ts";
export type { Bytes, NumericArray, Storage } from "./expression/storage.ts";
export { bytesOfStorage, viewAs } from "./expression/storage.ts";
export type { ConvolutionTranspose1dOptions } from "./ops/convolution/conv-transpose1d.ts";
export { convTranspose1d } from "./ops/convolution/conv-transpose1d.ts";
export type { ConvolutionTransposeOptions } from "./ops/convolution/conv-transpose2d.ts";
export { convTranspose2d } from "./ops/convolution/conv-transpose2d.ts";
export type { Convolution1dOptions } from "./ops/convolution/conv1d.ts";
export { conv1d } from "./ops/convolution/conv1d.ts";
export type { Conv2dAttributes, Conv2dCall } from "./ops/convolution/conv2d.ts";
export {
  conv2d,
  conv2dCall,
  conv2dFilterGradientOp,
  conv2dInputGradientOp,
  conv2dOp,
  conv2dStatisticsPlan,
} from "./ops/convolution/conv2d.ts";
export type { ConvolutionOptions, NumberOrPair } from "./ops/convolution/convolution-options.ts";
export type { ConvolutionPlan } from "./ops/convolution/wasm/convolution-plan.ts";
export { full, fullOp, ones, onesLike, zeros, zerosLike } from "./ops/creation/full.ts";
export { oneHot, oneHotOp } from "./ops/creation/one-hot.ts";
export {
  bernoulli,
  bernoulliOp,
  normal,
  normalOp,
  randomBits,
  randomBitsOp,
  randomPermutation,
  uniform,
  uniformOp,
} from "./ops/creation/random.ts";
export { triangleOp, tril, triu } from "./ops/creation/triangle.ts";
export {
  elu,
  eluOp,
  gelu,
  geluOp,
  hardtanh,
  hardtanhOp,
  leakyRelu,
  leakyReluOp,
  relu,
  reluOp,
  sigmoid,
  sigmoidOp,
  silu,
  siluOp,
  softplus,
  softplusOp,
  tanh,
  tanhOp,
} from "./ops/elementwise/activation.ts";
export {
  abs,
  absOp,
  add,
  addOp,
  div,
  divOp,
  mul,
  mulOp,
  neg,
  negOp,
  rem,
  remOp,
  sign,
  signOp,
  sub,
  subOp,
} from "./ops/elementwise/arithmetic.ts";
export type { TensorOrNumber } from "./ops/elementwise/binary.ts";
export { clamp, clampOp, maximum, maximumOp, minimum, minimumOp } from "./ops/elementwise/bounds.ts";
export { cast, castOp } from "./ops/elementwise/cast.ts";
export {
  equal,
  equalOp,
  greater,
  greaterEqual,
  greaterEqualOp,
  greaterOp,
  isNan,
  isNanOp,
  less,
  lessEqual,
  lessEqualOp,
  lessOp,
  notEqual,
  notEqualOp,
} from "./ops/elementwise/comparison.ts";
export {
  erf,
  erfOp,
  exp,
  expm1,
  expm1Op,
  expOp,
  log,
  log1p,
  log1pOp,
  logOp,
} from "./ops/elementwise/exponential.ts";
export { fuse } from "./ops/elementwise/fuse.ts";
export { evaluateExpression, fusedOp } from "./ops/elementwise/fused.ts";
export {
  logicalAnd,
  logicalAndOp,
  logicalNot,
  logicalNotOp,
  logicalOr,
  logicalOrOp,
  logicalXor,
  logicalXorOp,
} from "./ops/elementwise/logic.ts";
export {
  power,
  powerOp,
  reciprocal,
  reciprocalOp,
  rsqrt,
  rsqrtOp,
  sqrt,
  sqrtOp,
  square,
  squareOp,
} from "./ops/elementwise/powers.ts";
export { ceil, ceilOp, floor, floorOp, round, roundOp, trunc, truncOp } from "./ops/elementwise/rounding.ts";
export { cos, cosOp, sin, sinOp } from "./ops/elementwise/trigonometric.ts";
export { where, whereOp } from "./ops/elementwise/where.ts";
export { gradientOf } from "./ops/gradient-of.ts";
export { argsort, argsortOp } from "./ops/indexing/argsort.ts";
export type { GatherOptions } from "./ops/indexing/gather.ts";
export { gather, gatherOp, scatterAdd, scatterAddOp } from "./ops/indexing/gather.ts";
export type { TakeOptions } from "./ops/indexing/take.ts";
export { indexAdd, indexAddOp, take, takeOp } from "./ops/indexing/take.ts";
export type { TopKOptions } from "./ops/indexing/top-k.ts";
export { topK, topKOp } from "./ops/indexing/top-k.ts";
export type { Activation, EpilogueAttributes } from "./ops/matmul/epilogue.ts";
export type { LinearOptions } from "./ops/matmul/linear.ts";
export { linear } from "./ops/matmul/linear.ts";
export type { MatmulOptions } from "./ops/matmul/matmul.ts";
export { matmul, matmulOp } from "./ops/matmul/matmul.ts";
export { broadcastTo, broadcastToOp } from "./ops/movement/broadcast-to.ts";
export { concatenate, concatenateOp, stack } from "./ops/movement/concatenate.ts";
export { flip, flipOp } from "./ops/movement/flip.ts";
export { pad, padOp } from "./ops/movement/pad.ts";
export { flatten, reshape, reshapeOp, squeeze, unsqueeze } from "./ops/movement/reshape.ts";
export type { SliceOptions } from "./ops/movement/slice.ts";
export { slice, sliceOp, split } from "./ops/movement/slice.ts";
export { transpose, transposeOp } from "./ops/movement/transpose.ts";
export type { AvgPoolOptions } from "./ops/pooling/avg-pool.ts";
export { avgPool1d, avgPool2d, avgPoolGradientOp, avgPoolOp } from "./ops/pooling/avg-pool.ts";
export { globalAveragePool } from "./ops/pooling/global-average-pool.ts";
export {
  maxPool1d,
  maxPool2d,
  maxPoolGradientOp,
  maxPoolOp,
  maxPoolSelectOp,
} from "./ops/pooling/max-pool.ts";
export type { Extent, PoolOptions } from "./ops/pooling/pooling-geometry.ts";
export type { ArgExtremeOptions } from "./ops/reduction/arg-extreme.ts";
export { argmax, argmaxOp, argmin, argminOp, isArgmax, isArgmaxOp } from "./ops/reduction/arg-extreme.ts";
export type { ReductionOptions } from "./ops/reduction/axes.ts";
export type { CumulativeSumOptions } from "./ops/reduction/cumulative-sum.ts";
export { cumulativeSum, cumulativeSumOp } from "./ops/reduction/cumulative-sum.ts";
export { max, maxOp, min, minOp } from "./ops/reduction/extreme.ts";
export { mean, meanOp } from "./ops/reduction/mean.ts";
export type { MomentsOptions } from "./ops/reduction/moments.ts";
export { moments, momentsOp, variance } from "./ops/reduction/moments.ts";
export { product, productOp } from "./ops/reduction/product.ts";
export { sum, sumOp, sumTo } from "./ops/reduction/sum.ts";
export { logSoftmax, logSoftmaxOp } from "./ops/softmax/log-softmax.ts";
export { logsumexp, logsumexpOp } from "./ops/softmax/logsumexp.ts";
export { softmax, softmaxOp } from "./ops/softmax/softmax.ts";
export type { SoftmaxCrossEntropyOptions } from "./ops/softmax/softmax-cross-entropy.ts";
export { softmaxCrossEntropy, softmaxCrossEntropyOp } from "./ops/softmax/softmax-cross-entropy.ts";
export type { RandomOptions } from "./random/draw.ts";
export { hostPermutation } from "./random/host-permutation.ts";
export type { KeyOptions } from "./random/key-options.ts";
export type { RandomState, Seed } from "./random/random-source.ts";
export { manualSeed, RandomSource, sourceOf } from "./random/random-source.ts";
export type { RandomKey } from "./random/threefry.ts";
export { threefry, threefry2x32 } from "./random/threefry.ts";
