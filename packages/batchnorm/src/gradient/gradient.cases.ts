import type { OpCase, OpCases, Shape } from "@evenkeel/tensor";
import { caseShapes, f16, f32, halfShapes, positive } from "../operands/case-inputs.ts";
import { normalizeGradientOp } from "./gradient.ts";
import type { GradientAttributes } from "./gradient-attributes.ts";
import { chooseAccuracy, makeGradientInputs } from "./gradient-inputs.ts";

const plain: GradientAttributes = {
  axis: 1,
  epsilon: 1e-5,
  activation: "none",
  residual: false,
  ofBatch: true,
};
const leaky = { leakyRelu: 0.2 };

function variants(layout: string, shape: Shape, axis: number): OpCase<GradientAttributes>[] {
  const [dy, x, statistics, scale, shift, y] = makeGradientInputs(shape, axis);
  const attrs = { ...plain, axis };
  const given = { ...attrs, ofBatch: false };
  const cases: OpCase<GradientAttributes>[] = [
    { name: "nothing but statistics", attrs, inputs: [dy, x, statistics] },
    { name: "given statistics", attrs: given, inputs: [dy, x, statistics, scale, shift] },
    { name: "epsilon", attrs: { ...attrs, epsilon: 0.5 }, inputs: [dy, x, statistics, scale] },
    { name: "relu", attrs: { ...attrs, activation: "relu" }, inputs: [dy, x, statistics, scale, shift] },
    {
      name: "relu without a scale",
      attrs: { ...attrs, activation: "relu" },
      inputs: [dy, x, statistics, undefined, shift],
    },
    {
      name: "relu without a shift, given statistics",
      attrs: { ...given, activation: "relu" },
      inputs: [dy, x, statistics, scale],
    },
    { name: "leaky relu", attrs: { ...attrs, activation: leaky }, inputs: [dy, x, statistics, scale, shift] },
    { name: "residual", attrs: { ...attrs, residual: true }, inputs: [dy, x, statistics, scale, shift] },
    {
      name: "residual and relu",
      attrs: { ...attrs, residual: true, activation: "relu" },
      inputs: [dy, x, statistics, scale, shift, y],
    },
    {
      name: "residual and leaky relu, given statistics",
      attrs: { ...given, residual: true, activation: leaky },
      inputs: [dy, x, statistics, scale, shift, y],
    },
  ];
  return cases.map((one) => ({ ...one, name: `${one.name}, ${layout}` }));
}

export const normalizeGradientCases: OpCases<GradientAttributes> = {
  op: normalizeGradientOp,
  accuracy: {
    relative: 1e-5,
    absolute: 2e-5,
    reason:
      "dScale and dShift within 1e-5 of the sum of magnitudes, dx within 5e-6 of the largest; terms here are of about 1",
  },
  cases: [
    ...variants("planar", [3, 2, 9, 11], 1),
    ...variants("interleaved", [3, 2, 7, 6], 3),
    ...caseShapes.map(({ name, shape, axis }) => {
      const attrs = { ...plain, axis, activation: "relu" as const };
      return { name, attrs, inputs: makeGradientInputs(shape, axis), accuracy: chooseAccuracy(shape, axis) };
    }),
    ...[
      { name: "everything, in parts", shape: [70, 61, 8], axis: 2 },
      { name: "everything, as much as a workgroup keeps", shape: [45, 2, 16, 16], axis: 1 },
    ].map(({ name, shape, axis }) => ({
      name,
      attrs: { ...plain, axis, residual: true, activation: leaky },
      inputs: makeGradientInputs(shape, axis),
      accuracy: chooseAccuracy(shape, axis),
    })),
    ...halfShapes.flatMap(({ name, shape, axis }) => {
      const [, , statistics, scale, shift] = makeGradientInputs(shape, axis);
      const half = f16(shape);
      const common = { accuracy: chooseAccuracy(shape, axis) };
      const attrs = { ...plain, axis, activation: "relu" as const };
      return [
        { ...common, name, attrs, inputs: [half, half, statistics, scale, shift] },
        {
          ...common,
          name: `${name}, given statistics and a residual`,
          attrs: { ...attrs, ofBatch: false, residual: true },
          inputs: [half, half, statistics, scale, shift, half],
        },
      ];
    }),
    {
      name: "given statistics in parts",
      attrs: { ...plain, ofBatch: false, residual: true, activation: "relu" },
      inputs: makeGradientInputs([9_001, 3], 1),
      accuracy: { relative: 1e-5, absolute: 1e-2, reason: "1e-5 of the sum of magnitudes" },
    },
    {
      name: "non-finite",
      attrs: plain,
      // NaN in one channel. The other channels stay finite.
      inputs: [
        f32([6, 4]),
        f32([6, 4], [NaN, 1, 3, 2, 0.5, 4, -1, 8, -2, 0.25, 1, 3]),
        positive([4, 4]),
        f32([4]),
      ],
      needs: "non-finite",
    },
  ],
};
