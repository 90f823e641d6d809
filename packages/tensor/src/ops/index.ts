export { extendOp } from "./arrangement/extend.ts";
export { maskedSoftmaxOp } from "./attention/masked-softmax.ts";
export { conv2dFilterGradientOp, conv2dInputGradientOp, conv2dOp } from "./convolution/conv2d.ts";
export { conv3dFilterGradientOp, conv3dInputGradientOp, conv3dOp } from "./convolution/conv3d.ts";
export { foldDepthOp, unfoldDepthOp } from "./convolution/unfold-depth.ts";
export { fullOp } from "./creation/full.ts";
export { oneHotOp } from "./creation/one-hot.ts";
export { bernoulliOp, normalOp, randomBitsOp, uniformOp } from "./creation/random.ts";
export { triangleOp } from "./creation/triangle.ts";
export {
  eluOp,
  geluOp,
  leakyReluOp,
  reluOp,
  sigmoidOp,
  siluOp,
  softplusOp,
  tanhOp,
} from "./elementwise/activation.ts";
export { absOp, addOp, divOp, mulOp, negOp, remOp, signOp, subOp } from "./elementwise/arithmetic.ts";
export {
  bitwiseAndOp,
  bitwiseLeftShiftOp,
  bitwiseNotOp,
  bitwiseOrOp,
  bitwiseRightShiftOp,
  bitwiseXorOp,
} from "./elementwise/bitwise.ts";
export { clampOp, maximumOp, minimumOp, nanToNumOp } from "./elementwise/bounds.ts";
export { castOp } from "./elementwise/cast.ts";
export {
  equalOp,
  greaterEqualOp,
  greaterOp,
  isFiniteOp,
  isInfiniteOp,
  isNanOp,
  lessEqualOp,
  lessOp,
  notEqualOp,
} from "./elementwise/comparison.ts";
export { floorDivideOp, modOp } from "./elementwise/division.ts";
export { erfOp, expm1Op, expOp, log1pOp, logOp } from "./elementwise/exponential.ts";
export { fusedOp } from "./elementwise/fusion/fused.ts";
export { gluOp } from "./elementwise/glu.ts";
export { hardsigmoidOp, hardswishOp, hardtanhOp } from "./elementwise/hard-activation.ts";
export { acoshOp, asinhOp, atanhOp, coshOp, sinhOp } from "./elementwise/hyperbolic.ts";
export { exp2Op, log2Op, log10Op, logaddexpOp } from "./elementwise/logarithms.ts";
export { logicalAndOp, logicalNotOp, logicalOrOp, logicalXorOp } from "./elementwise/logic.ts";
export { powerOp, reciprocalOp, rsqrtOp, sqrtOp, squareOp } from "./elementwise/powers.ts";
export { preluOp } from "./elementwise/prelu.ts";
export { ceilOp, floorOp, roundOp, truncOp } from "./elementwise/rounding.ts";
export { hardshrinkOp, softshrinkOp, tanhshrinkOp, thresholdOp } from "./elementwise/shrinkage.ts";
export { celuOp, logSigmoidOp, mishOp, seluOp, softsignOp } from "./elementwise/smooth-activation.ts";
export { acosOp, asinOp, atan2Op, atanOp, cosOp, sinOp, tanOp } from "./elementwise/trigonometric.ts";
export { whereOp } from "./elementwise/where.ts";
export { argsortOp } from "./indexing/argsort.ts";
export { gatherOp, scatterAddOp } from "./indexing/gather.ts";
export { indexAddOp, takeOp } from "./indexing/take.ts";
export { topKOp } from "./indexing/top-k.ts";
export { matmulOp } from "./matmul/matmul.ts";
export { broadcastToOp } from "./movement/broadcast-to.ts";
export { concatenateOp } from "./movement/concatenate.ts";
export { flipOp } from "./movement/flip.ts";
export { reshapeOp } from "./movement/reshape.ts";
export { padOp, sliceOp } from "./movement/slice-and-pad.ts";
export { transposeOp } from "./movement/transpose.ts";
export { avgPoolGradientOp, avgPoolOp } from "./pooling/avg-pool.ts";
export { maxPoolGradientOp, maxPoolOp, maxPoolSelectOp } from "./pooling/max-pool.ts";
export { maxPoolIndicesOp } from "./pooling/max-pool-indices.ts";
export { maxUnpoolOp } from "./pooling/max-unpool.ts";
export { gruCellGradientOp, gruCellOp } from "./recurrent/gru-cell.ts";
export { lstmCellGradientOp, lstmCellOp } from "./recurrent/lstm-cell.ts";
export { argmaxOp, argminOp, isArgmaxOp } from "./reduction/arg-extreme.ts";
export { cumulativeSumOp } from "./reduction/cumulative-sum.ts";
export { maxOp, minOp } from "./reduction/extreme.ts";
export { meanOp } from "./reduction/mean.ts";
export { momentsOp } from "./reduction/moments.ts";
export { productOp } from "./reduction/product.ts";
export { sumOp } from "./reduction/sum.ts";
export { resampleOp } from "./resampling/resample.ts";
export { scatterOp } from "./scatter/scatter-op.ts";
export { logSoftmaxOp } from "./softmax/log-softmax.ts";
export { logsumexpOp } from "./softmax/logsumexp.ts";
export { softmaxOp } from "./softmax/softmax.ts";
export { softmaxCrossEntropyOp } from "./softmax/softmax-cross-entropy.ts";
