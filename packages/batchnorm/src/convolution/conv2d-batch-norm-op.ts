import type { GradientContext, Op, Tensor } from "@evenkeel/tensor";
import { execute } from "@evenkeel/tensor";
import { conv2dOp } from "@evenkeel/tensor/ops";
import { batchNormTrainingOp, total } from "../batch-norm/batch-norm-training.ts";
import { conv2dBatchNormFamily } from "./conv2d-batch-norm-family.ts";
import type { Conv2dBatchNormAttributes } from "./conv2d-batch-norm-operands.ts";
import { selectConvolved, selectOthers } from "./conv2d-batch-norm-operands.ts";

/**
 * A convolution and the training batch norm of its output z. The convolution can take the statistics while it writes
 * z. Outputs: z, y, the statistics and the new running statistics.
 */
export const conv2dBatchNormOp: Op<Conv2dBatchNormAttributes> = {
  name: "conv2dBatchNorm",
  outputs: (inputs, { convolution, normalization }) => {
    const [z] = conv2dOp.outputs(selectConvolved(inputs), convolution);
    return [z!, ...batchNormTrainingOp.outputs([z, ...selectOthers(inputs)], normalization)];
  },
  meaning: {
    composition: (inputs, { convolution, normalization }, scalars) => {
      const [z] = execute(conv2dOp, selectConvolved(inputs), convolution);
      return [z!, ...execute(batchNormTrainingOp, [z, ...selectOthers(inputs)], normalization, { scalars })];
    },
  },
  gradient: {
    reads: ({ convolution, normalization }) => {
      const { inputs, outputs } = batchNormTrainingOp.gradient!.reads(normalization);
      const parameters = inputs.filter((input) => input > 0).map((input) => input + 2);
      return {
        inputs: [...conv2dOp.gradient!.reads(convolution).inputs, ...parameters],
        outputs: [0, ...outputs.map((output) => output + 1)],
      };
    },
    apply: (context) => {
      const { dz, ofOthers } = propagateThroughBatchNorm(context);
      const ofConvolution = dz === undefined ? [] : propagateThroughConvolution(context, dz);
      return [ofConvolution[0], ofConvolution[1], ofConvolution[2], ...ofOthers];
    },
  },
  family: conv2dBatchNormFamily,
};

function propagateThroughBatchNorm(context: GradientContext<Conv2dBatchNormAttributes>): {
  readonly dz: Tensor | undefined;
  readonly ofOthers: readonly (Tensor | undefined)[];
} {
  const [z, ...outputs] = context.outputs;
  const [dz, ...outputGradients] = context.outputGradients;
  if (outputGradients.every((gradient) => gradient === undefined)) return { dz, ofOthers: [] };
  const readsZ = conv2dOp.gradient!.reads(context.attrs.convolution).outputs.length > 0;
  const [ofZ, ...ofOthers] = batchNormTrainingOp.gradient!.apply({
    ...context,
    attrs: context.attrs.normalization,
    outputs,
    outputGradients,
    inputs: [z, ...selectOthers(context.inputs)],
    inputSpecs: [context.outputSpecs[0], ...selectOthers(context.inputSpecs)],
    outputSpecs: context.outputSpecs.slice(1),
    needed: [true, ...context.needed.slice(3)],
    isLastUse: context.isLastUse === true && !readsZ,
  });
  return { dz: total(ofZ, dz), ofOthers };
}

function propagateThroughConvolution(
  context: GradientContext<Conv2dBatchNormAttributes>,
  dz: Tensor,
): (Tensor | undefined)[] {
  const inputSpecs = selectConvolved(context.inputSpecs);
  return conv2dOp.gradient!.apply({
    ...context,
    ...{
      attrs: context.attrs.convolution,
      inputSpecs,
      outputs: context.outputs.slice(0, 1),
      outputGradients: [dz],
    },
    inputs: context.inputs.slice(0, inputSpecs.length),
    outputSpecs: context.outputSpecs.slice(0, 1),
  });
}
