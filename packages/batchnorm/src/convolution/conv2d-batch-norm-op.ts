import type { Conv2dAttributes, GradientContext, Limits, Op, Plan, Spec, Tensor } from "@evenkeel/tensor";
import { conv2dOp, conv2dStatisticsPlan, execute } from "@evenkeel/tensor";
import { batchNormTrainingOp, total, trainingLaunches } from "../batch-norm/batch-norm-training.ts";
import { gridOf } from "../cpu/grid.ts";
import { normalizeLaunch } from "../normalize/normalize-launch.ts";
import { layoutOf, valuesPerChannel } from "../operands/layout.ts";
import type { NormalizationAttributes } from "../pre-activation/attributes.ts";
import { mergeLaunch } from "../statistics/statistics.ts";

export interface Conv2dBatchNormAttributes {
  readonly convolution: Conv2dAttributes;
  readonly normalization: NormalizationAttributes;
  /** Where statistics are taken: as z is written, or as it is read. Absent: where that is faster. */
  readonly statistics?: "onWrite" | "onRead";
}

type Operands<Value> = readonly (Value | undefined)[];

/** Inputs of the convolution: x, weight and, where it has one, bias. */
const convolved = <Value>(inputs: Operands<Value>): Operands<Value> => inputs.slice(0, inputs[2] ? 3 : 2);

/** Inputs of the batch norm behind its x: scale, shift, residual, running mean and variance. */
const others = <Value>(inputs: Operands<Value>): Operands<Value> => inputs.slice(3);

/**
 * A convolution and the training batch norm of its output z, whose statistics are taken where z is written. Outputs z, y, the
 * statistics and the new running ones.
 */
export const conv2dBatchNormOp: Op<Conv2dBatchNormAttributes> = {
  name: "conv2dBatchNorm",
  outputs: (inputs, { convolution, normalization }) => {
    const [z] = conv2dOp.outputs(convolved(inputs), convolution);
    return [z!, ...batchNormTrainingOp.outputs([z, ...others(inputs)], normalization)];
  },
  meaning: {
    composition: (inputs, { convolution, normalization }, scalars) => {
      const [z] = execute(conv2dOp, convolved(inputs), convolution);
      return [z!, ...execute(batchNormTrainingOp, [z, ...others(inputs)], normalization, { scalars })];
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
      const { dz, ofOthers } = throughBatchNorm(context);
      const ofConvolution = dz === undefined ? [] : throughConvolution(context, dz);
      return [ofConvolution[0], ofConvolution[1], ofConvolution[2], ...ofOthers];
    },
  },
  kernels: { wasm: conv2dBatchNormPlan },
};

function throughBatchNorm(context: GradientContext<Conv2dBatchNormAttributes>): {
  readonly dz: Tensor | undefined;
  readonly ofOthers: readonly (Tensor | undefined)[];
} {
  const [z, ...outputs] = context.outputs;
  const [dz, ...outputGradients] = context.outputGradients;
  if (outputGradients.every((gradient) => gradient === undefined)) return { dz, ofOthers: [] };
  const readsZ = conv2dOp.gradient!.reads(context.attrs.convolution).outputs.length > 0;
  const [ofZ, ...ofOthers] = batchNormTrainingOp.gradient!.apply({
    ...context,
    ...{ attrs: context.attrs.normalization, outputs, outputGradients },
    inputs: [z, ...others(context.inputs)],
    inputSpecs: [context.outputSpecs[0], ...others(context.inputSpecs)],
    outputSpecs: context.outputSpecs.slice(1),
    needed: [true, ...context.needed.slice(3)],
    isLastUse: context.isLastUse === true && !readsZ,
  });
  return { dz: total(ofZ, dz), ofOthers };
}

function throughConvolution(
  context: GradientContext<Conv2dBatchNormAttributes>,
  dz: Tensor,
): (Tensor | undefined)[] {
  const inputSpecs = convolved(context.inputSpecs);
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

/** Of channels with more values than this, 256 KiB, statistics are taken where they are written; see docs/decisions/0011. */
const mostValuesOnRead = 2 ** 16;
/** Statistics of smaller parts cost more than reading all once more. */
const smallestPart = 320;

function conv2dBatchNormPlan(
  inputs: Operands<Spec>,
  { convolution, normalization, statistics: choice }: Conv2dBatchNormAttributes,
  limits: Limits,
): Plan {
  const convolvedInputs = convolved(inputs);
  const layout = layoutOf(conv2dOp.outputs(convolvedInputs, convolution)[0]!.shape, 1);
  const values = valuesPerChannel(layout);
  const isFaster = (parts: number): boolean => values > mostValuesOnRead && values >= parts * smallestPart;
  const { launches, temporaries, statistics } = conv2dStatisticsPlan(
    convolvedInputs,
    convolution,
    limits,
    choice === undefined ? isFaster : () => choice === "onWrite",
  );
  const [scale, shift, residual, runningMean] = others(inputs);
  const merged = { output: 2 };
  const operands = {
    x: { output: 0 },
    y: { output: 1 },
    scale: scale && { input: 3 },
    shift: shift && { input: 4 },
    residual: residual && { input: 5 },
    running: runningMean && {
      mean: { input: 6 },
      variance: { input: 7 },
      newMean: { output: 3 },
      newVariance: { output: 4 },
      momentum: { scalar: 0 },
    },
  };
  if (statistics === undefined) {
    const rest = trainingLaunches(
      layout,
      { ...operands, statistics: merged },
      normalization,
      limits,
      temporaries.length,
    );
    return {
      launches: [...launches, ...rest.launches],
      temporaries: [...temporaries, ...rest.temporaries],
      aliases: [],
    };
  }
  return {
    launches: [
      ...launches,
      mergeLaunch(statistics.parts, layout.channels, statistics.slot, merged, limits),
      normalizeLaunch(
        gridOf(layout, true),
        { ...operands, partials: merged, parts: 1 },
        normalization,
        limits,
      ),
    ],
    temporaries,
    aliases: [],
  };
}
