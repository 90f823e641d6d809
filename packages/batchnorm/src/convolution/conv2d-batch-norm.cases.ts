import type { CaseInput, Expression, OpCase, OpCases, ProductEpilogue, Shape } from "@evenkeel/tensor";
import { buildExpression, countElements, e } from "@evenkeel/tensor";
import { f32 } from "../operands/case-inputs.ts";
import type { NormalizationAttributes } from "../pre-activation/attributes.ts";
import { conv2dBatchNormOp } from "./conv2d-batch-norm-op.ts";
import type { Conv2dBatchNormAttributes } from "./conv2d-batch-norm-operands.ts";

type Geometry = Omit<Conv2dBatchNormAttributes["convolution"], "epilogue">;
type Statistics = Conv2dBatchNormAttributes["statistics"];
type Case = OpCase<Conv2dBatchNormAttributes>;

const plain: NormalizationAttributes = { axis: 1, epsilon: 1e-5, activation: "none", residual: false };
const scalars = [0.1];

/** `before` and `after` zeros on each side: together with the image they fit the windows exactly. */
const geometry = (before: number, after: number, more: Partial<Geometry> = {}): Geometry => ({
  stride: [1, 1],
  dilation: [1, 1],
  groups: 1,
  padding: [
    [before, after],
    [before, after],
  ],
  ...more,
});

/** Weights that leave z with deviations of about 1. */
const weights = (shape: Shape): CaseInput => {
  const deviation = 1 / Math.sqrt(Math.max(1, countElements(shape.slice(1))));
  return f32(shape, { normal: [0, deviation] });
};

const normal = (shape: Shape): CaseInput => f32(shape, { normal: [0, 1] });

function fused(
  name: string,
  x: Shape,
  weight: Shape,
  convolution: Geometry,
  statistics: Statistics = "onWrite",
): Case {
  const perChannel = f32([weight[0]!]);
  return {
    name,
    attrs: { convolution, normalization: { ...plain, activation: "relu" }, statistics },
    inputs: [
      normal(x),
      weights(weight),
      undefined,
      perChannel,
      perChannel,
      undefined,
      perChannel,
      perChannel,
    ],
    scalars,
  };
}

const padded = geometry(1, 1);
const x: Shape = [3, 16, 8, 9];
const weight: Shape = [18, 16, 3, 3];
const z: Shape = [3, 18, 8, 9];
const channels = f32([18]);
const bias: ProductEpilogue = {
  expression: buildExpression({ inputs: ["f32", "f32"] }, ([z, b]) => e.add(z!, b!)),
  plain: { hasAddend: true, slope: 1 },
};
const biasAndRelu: ProductEpilogue = {
  expression: buildExpression({ inputs: ["f32", "f32"] }, ([z, b]) => {
    const sum = e.add(z!, b!);
    return e.select(e.lessEqual(sum, 0), 0, sum);
  }),
  plain: { hasAddend: true, slope: 0 },
};
const gated: Expression = buildExpression({ inputs: ["f32", "f32"] }, ([z, b]) => e.mul(e.tanh(z!), b!));

const variants: Case[] = [
  {
    name: "alone",
    attrs: { convolution: padded, normalization: plain, statistics: "onWrite" },
    inputs: [normal(x), weights(weight)],
  },
  {
    name: "bias, residual and leaky relu",
    attrs: {
      convolution: { ...padded, epilogue: bias },
      normalization: { ...plain, residual: true, activation: { leakyRelu: 0.2 } },
      statistics: "onWrite",
    },
    inputs: [normal(x), weights(weight), f32([18, 1, 1]), channels, channels, normal(z), channels, channels],
    scalars,
  },
  {
    name: "relu before the batch norm",
    attrs: { convolution: { ...padded, epilogue: biasAndRelu }, normalization: plain, statistics: "onWrite" },
    inputs: [normal(x), weights(weight), f32([18, 1, 1]), channels, channels],
  },
  {
    name: "an epilogue that no kernel knows",
    attrs: {
      convolution: { ...padded, epilogue: { expression: gated } },
      normalization: plain,
      statistics: "onWrite",
    },
    inputs: [normal(x), weights(weight), f32([18, 1, 1]), channels, channels],
  },
  {
    name: "images in halves",
    attrs: { convolution: padded, normalization: { ...plain, activation: "relu" }, statistics: "onWrite" },
    inputs: [{ ...normal(x), dtype: "f16" }, weights(weight), undefined, channels, channels],
    accuracy: {
      relative: 2 ** -10,
      absolute: 2 ** -9,
      reason: "z, within 4 deviations, is rounded to f16 between the convolution and the batch norm",
    },
  },
  {
    name: "channels far from 0",
    attrs: { convolution: { ...padded, epilogue: bias }, normalization: plain, statistics: "onWrite" },
    inputs: [normal(x), weights(weight), f32([18, 1, 1], [100, -40, 3])],
    accuracy: {
      relative: 1e-5,
      absolute: 2e-4,
      reason:
        "z has 100 deviations added to it, whose rounding, 100 u = 6e-6, is seen in deviations of 1 and less",
    },
  },
  {
    name: "constant channels",
    attrs: { convolution: { ...padded, epilogue: bias }, normalization: plain, statistics: "onWrite" },
    inputs: [normal(x), f32(weight, [0]), f32([18, 1, 1], [0.1, 1e7, -3]), channels, channels],
    differentiable: false,
  },
];

export const conv2dBatchNormCases: OpCases<Conv2dBatchNormAttributes> = {
  op: conv2dBatchNormOp,
  accuracy: {
    relative: 1e-5,
    absolute: 2e-5,
    reason:
      "z is a sum of terms whose magnitudes have a sum of at most 0.64 sqrt(K) for K terms: by tiles it is off by 2^-24 (4 + 2 sqrt(K)) times that, 1e-5 for the 144 to 288 terms here, and the batch norm divides by deviations of about 1",
  },
  cases: [
    ...variants,
    fused("3x3 by pixels", [4, 3, 10, 11], [5, 3, 3, 3], padded),
    fused("3x3, stride 2", [4, 6, 12, 10], [7, 6, 3, 3], geometry(1, 0, { stride: [2, 2] })),
    fused("3x3 by pixels, on reading", [4, 3, 10, 11], [5, 3, 3, 3], padded, "onRead"),
    fused("tiles, on reading", [5, 16, 8, 8], [16, 16, 3, 3], padded, "onRead"),
    {
      ...fused("where it is faster", [9, 2, 86, 86], [3, 2, 1, 1], geometry(0, 0)),
      attrs: { convolution: geometry(0, 0), normalization: plain },
    },
    fused("1x1", [2, 6, 9, 8], [9, 6, 1, 1], geometry(0, 0)),
    fused("1x1 of rows in parts", [2, 5, 30, 31], [4, 5, 1, 1], geometry(0, 0)),
    fused("1x1, stride 2", [3, 6, 17, 9], [9, 6, 1, 1], geometry(0, 0, { stride: [2, 2] })),
    fused("rows wider than a tile", [2, 3, 3, 700], [4, 3, 1, 3], geometry(0, 0)),
    fused("several tiles of rows", [2, 2, 41, 37], [5, 2, 3, 3], padded),
    fused("one output", [3, 4, 9, 9], [1, 4, 3, 3], padded),
    fused("several blocks of channels", [2, 20, 6, 7], [70, 20, 2, 2], geometry(0, 0)),
    fused("tiles of whole images", [5, 16, 8, 8], [16, 16, 3, 3], padded),
    fused("tiles of parts of rows", [3, 16, 13, 29], [20, 16, 3, 3], padded),
    fused("tiles of several images and the rest", [40, 16, 7, 8], [24, 16, 3, 3], padded),
    fused("tiles of groups", [2, 32, 9, 12], [36, 16, 3, 3], geometry(1, 1, { groups: 2 })),
    fused("groups", [3, 8, 6, 7], [12, 4, 3, 3], geometry(1, 1, { groups: 2 })),
    fused("depthwise", [3, 5, 9, 11], [5, 1, 3, 3], geometry(1, 1, { groups: 5 })),
    fused("dilation", [2, 3, 9, 10], [4, 3, 3, 3], geometry(2, 2, { dilation: [2, 2] })),
    fused("few channels in parts", [2, 2, 180, 190], [2, 2, 1, 1], geometry(0, 0)),
    fused("empty batch", [0, 3, 6, 6], [4, 3, 3, 3], padded),
    fused("no channels", [2, 0, 6, 6], [4, 0, 3, 3], geometry(0, 0)),
    fused("no outputs", [2, 3, 6, 6], [0, 3, 3, 3], padded),
    {
      name: "NaN in one channel",
      attrs: { convolution: { ...padded, epilogue: bias }, normalization: plain, statistics: "onWrite" },
      inputs: [
        normal(x),
        weights(weight),
        f32([18, 1, 1], [1, Number.NaN, 2, 3, 4, 5, 6, 7, 8]),
        channels,
        channels,
      ],
      needs: "non-finite",
      differentiable: false,
    },
  ],
};
