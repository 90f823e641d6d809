import type { OpCase, OpCases } from "@evenkeel/tensor";
import {
  caseShapes,
  f16,
  f32,
  halfShapes,
  normalizedAccuracy,
  poisoned,
  positive,
} from "../operands/case-inputs.ts";
import type { NormalizationAttributes } from "../pre-activation/attributes.ts";
import { normalizeOp } from "./normalize.ts";

const plain: NormalizationAttributes = { axis: 1, epsilon: 1e-5, activation: "none", residual: false };
const x = f32([5, 3, 2, 7]);
const [statistics, scale, shift] = [positive([4, 3]), f32([3]), f32([3])];
const leaky = { leakyRelu: 0.2 };

/** Each optional operand and attribute once. */
const variants: OpCase<NormalizationAttributes>[] = [
  { name: "nothing but statistics", attrs: plain, inputs: [x, statistics] },
  { name: "scale alone", attrs: plain, inputs: [x, statistics, scale] },
  { name: "shift alone", attrs: plain, inputs: [x, statistics, undefined, shift] },
  { name: "epsilon", attrs: { ...plain, epsilon: 0.5 }, inputs: [x, statistics, scale, shift] },
  { name: "relu", attrs: { ...plain, activation: "relu" }, inputs: [x, statistics, scale, shift] },
  { name: "leaky relu", attrs: { ...plain, activation: leaky }, inputs: [x, statistics, scale, shift] },
  { name: "residual", attrs: { ...plain, residual: true }, inputs: [x, statistics, scale, shift, x] },
  {
    name: "residual and relu",
    attrs: { ...plain, residual: true, activation: "relu" },
    inputs: [x, statistics, scale, shift, x],
  },
  {
    name: "residual and leaky relu, long runs",
    attrs: { ...plain, residual: true, activation: leaky },
    inputs: [f32([2, 3, 70]), statistics, undefined, undefined, f32([2, 3, 70])],
  },
  {
    name: "relu, NHWC",
    attrs: { ...plain, axis: 3, activation: "relu" },
    inputs: [f32([3, 2, 5, 7]), positive([4, 7]), f32([7]), f32([7])],
  },
];

export const normalizeCases: OpCases<NormalizationAttributes> = {
  op: normalizeOp,
  accuracy: normalizedAccuracy,
  cases: [
    ...variants,
    ...caseShapes.map(({ name, shape, axis }) => {
      const channels = [shape[axis]!];
      const inputs = [f32(shape), positive([4, ...channels]), f32(channels), f32(channels)];
      return { name, attrs: { ...plain, axis }, inputs };
    }),
    ...halfShapes.map(({ name, shape, axis }) => {
      const channels = [shape[axis]!];
      return {
        name,
        attrs: { ...plain, axis, residual: true, activation: leaky },
        inputs: [f16(shape), positive([4, ...channels]), f32(channels), f32(channels), f16(shape)],
      };
    }),
    {
      name: "variance and epsilon 0",
      attrs: { ...plain, epsilon: 0 },
      inputs: [f32([6, 2]), f32([4, 2], [6, 6, 0.5, 1, 0, 0, 0, 0]), f32([2]), f32([2])],
      differentiable: false,
    },
    {
      name: "non-finite",
      attrs: { ...plain, activation: "relu" },
      inputs: [poisoned, positive([4, 4]), f32([4]), f32([4])],
      needs: "non-finite",
    },
  ],
};
