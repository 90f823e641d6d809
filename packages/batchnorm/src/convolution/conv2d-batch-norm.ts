import type { ConvolutionOptions, Tensor } from "@evenkeel/tensor";
import { execute, prepareConv2d } from "@evenkeel/tensor";
import { anything, oneOf } from "@evenkeel/tensor/checks";
import type { BatchNormOptions, BatchNormResult } from "../batch-norm/batch-norm.ts";
import { commonRules, prepareTraining, toTrainingResult } from "../batch-norm/batch-norm.ts";
import { checkCall } from "../operands/options.ts";
import { conv2dBatchNormOp } from "./conv2d-batch-norm-op.ts";

export interface Conv2dBatchNormOptions extends Omit<BatchNormOptions, "axis" | "training" | "inPlace"> {
  /** The bias of the convolution. */
  readonly bias?: Tensor | undefined;
  /** Options of the convolution, whose activation comes before the batch norm. */
  readonly convolution?: ConvolutionOptions;
  /** When statistics are computed: while the convolution writes, or when the batch norm reads. Default: whichever is faster. */
  readonly statistics?: "onWrite" | "onRead";
}

/**
 * `batchNorm(conv2d(x, weight), { training: true })` as one operation. Where it is faster, the statistics are taken
 * while the output of the convolution is still in the cache (Jung et al. 2019).
 *
 * Shapes: as in `conv2d` and `batchNorm`. Throws what they throw.
 *
 * @example
 * const { y } = conv2dBatchNorm(x, weight, { convolution: { padding: 1 }, scale, shift, activation: "relu" });
 */
export function conv2dBatchNorm(
  x: Tensor,
  weight: Tensor,
  options: Conv2dBatchNormOptions = {},
): BatchNormResult {
  const { axis, training, ...rules } = commonRules;
  const way = oneOf("onWrite", "onRead");
  checkCall("conv2dBatchNorm", options, { ...rules, bias: anything, convolution: anything, statistics: way });
  const { inputs, attrs: convolution } = prepareConv2d(x, weight, options.bias, options.convolution);
  const { statistics } = options;
  const call = prepareTraining(1, options);
  const [z, ...outputs] = execute(
    conv2dBatchNormOp,
    [...inputs, ...(options.bias ? [] : [undefined]), ...call.inputs],
    { convolution, normalization: call.attrs, ...(statistics && { statistics }) },
    { scalars: call.scalars },
  );
  z!.dispose();
  return toTrainingResult(outputs, options);
}
