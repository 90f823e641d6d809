import type { CaseInput, OpCase, OpCases } from "@evenkeel/tensor";
import {
  caseShapes,
  f16,
  f32,
  halfShapes,
  infinities,
  normalizedAccuracy,
  poisoned,
} from "../operands/case-inputs.ts";
import type { NormalizationAttributes } from "../pre-activation/attributes.ts";
import { batchNormTrainingOp } from "./batch-norm-training.ts";

const plain: NormalizationAttributes = { axis: 1, epsilon: 1e-5, activation: "none", residual: false };
const x = f32([5, 3, 2, 7]);
const [scale, shift, mean, variance] = [f32([3]), f32([3]), f32([3]), f32([3])];
const running: (CaseInput | undefined)[] = [undefined, mean, variance];
const leaky = { leakyRelu: 0.2 };
const scalars = [0.1];

const variants: OpCase<NormalizationAttributes>[] = [
  { name: "x alone", attrs: plain, inputs: [x] },
  { name: "scale alone", attrs: plain, inputs: [x, scale] },
  { name: "shift alone", attrs: plain, inputs: [x, undefined, shift] },
  { name: "running statistics", attrs: plain, inputs: [x, scale, shift, ...running], scalars },
  { name: "momentum 0", attrs: plain, inputs: [x, scale, shift, ...running], scalars: [0] },
  { name: "momentum 1", attrs: plain, inputs: [x, scale, shift, ...running], scalars: [1] },
  { name: "epsilon", attrs: { ...plain, epsilon: 0.5 }, inputs: [x, scale, shift] },
  { name: "relu", attrs: { ...plain, activation: "relu" }, inputs: [x, scale, shift, ...running], scalars },
  { name: "leaky relu", attrs: { ...plain, activation: leaky }, inputs: [x, scale, shift] },
  { name: "residual", attrs: { ...plain, residual: true }, inputs: [x, scale, shift, x] },
  {
    name: "residual and relu",
    attrs: { ...plain, residual: true, activation: "relu" },
    inputs: [x, scale, shift, x, mean, variance],
    scalars,
  },
  {
    name: "residual and leaky relu, NHWC",
    attrs: { ...plain, axis: 3, residual: true, activation: leaky },
    inputs: [f32([3, 2, 5, 7]), f32([7]), f32([7]), f32([3, 2, 5, 7])],
  },
];

export const batchNormTrainingCases: OpCases<NormalizationAttributes> = {
  op: batchNormTrainingOp,
  accuracy: normalizedAccuracy,
  cases: [
    ...variants,
    ...caseShapes.map(({ name, shape, axis }) => {
      const channels = [shape[axis]!];
      const inputs = [f32(shape), f32(channels), f32(channels), undefined, f32(channels), f32(channels)];
      return { name, attrs: { ...plain, axis }, inputs, scalars };
    }),
    ...halfShapes.map(({ name, shape, axis }) => {
      const channels = [shape[axis]!];
      const parameters = [f32(channels), f32(channels), f16(shape), f32(channels), f32(channels)];
      return {
        name,
        scalars,
        attrs: { ...plain, axis, residual: true, activation: "relu" as const },
        inputs: [f16(shape), ...parameters],
      };
    }),
    {
      name: "everything, in parts",
      attrs: { ...plain, axis: 2, residual: true, activation: leaky },
      inputs: [f32([70, 61, 8]), f32([8]), f32([8]), f32([70, 61, 8]), f32([8]), f32([8])],
      scalars,
    },
    {
      name: "constant channels",
      attrs: plain,
      inputs: [f32([9, 4, 70], [0.1]), f32([4]), f32([4])],
      differentiable: false,
    },
    ...infinities.map((infinite, index) => ({
      name: `running statistics of one infinity, ${index}`,
      attrs: plain,
      inputs: [infinite, scale, shift, ...running],
      scalars,
      needs: "non-finite" as const,
    })),
    {
      name: "non-finite",
      attrs: { ...plain, activation: "relu" },
      inputs: [poisoned, f32([4]), f32([4])],
      needs: "non-finite",
    },
  ],
};
