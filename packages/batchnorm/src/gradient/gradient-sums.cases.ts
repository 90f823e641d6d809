import type { OpCase, OpCases, Shape } from "@evenkeel/tensor";
import { caseShapes, f16, f32, halfShapes, positive } from "../operands/case-inputs.ts";
import type { NormalizationAttributes } from "../pre-activation/attributes.ts";
import { chooseAccuracy, makeGradientInputs } from "./gradient-inputs.ts";
import { gradientSumsOp } from "./gradient-sums.ts";

const plain: NormalizationAttributes = { axis: 1, epsilon: 1e-5, activation: "none", residual: false };
const leaky = { leakyRelu: 0.2 };

function variants(layout: string, shape: Shape, axis: number): OpCase<NormalizationAttributes>[] {
  const [dy, x, statistics, scale, shift, y] = makeGradientInputs(shape, axis);
  const attrs = { ...plain, axis };
  const cases: OpCase<NormalizationAttributes>[] = [
    { name: "nothing but statistics", attrs, inputs: [dy, x, statistics] },
    { name: "epsilon", attrs: { ...attrs, epsilon: 0.5 }, inputs: [dy, x, statistics, scale] },
    {
      name: "relu without a scale",
      attrs: { ...attrs, activation: "relu" },
      inputs: [dy, x, statistics, undefined, shift],
    },
    { name: "leaky relu", attrs: { ...attrs, activation: leaky }, inputs: [dy, x, statistics, scale, shift] },
    { name: "residual", attrs: { ...attrs, residual: true }, inputs: [dy, x, statistics, scale, shift] },
    {
      name: "residual and relu",
      attrs: { ...attrs, residual: true, activation: "relu" },
      inputs: [dy, x, statistics, scale, shift, y],
    },
  ];
  return cases.map((one) => ({ ...one, name: `${one.name}, ${layout}` }));
}

export const gradientSumsCases: OpCases<NormalizationAttributes> = {
  op: gradientSumsOp,
  accuracy: {
    relative: 1e-5,
    absolute: 2e-5,
    reason: "within 1e-5 of the sum of magnitudes; terms here are of about 1",
  },
  cases: [
    ...variants("planar", [3, 2, 9, 11], 1),
    ...variants("interleaved", [3, 2, 7, 6], 3),
    ...caseShapes.map(({ name, shape, axis }) => ({
      ...{
        name,
        attrs: { ...plain, axis, activation: "relu" as const },
        inputs: makeGradientInputs(shape, axis),
      },
      accuracy: chooseAccuracy(shape, axis),
    })),
    ...[
      { name: "everything, in parts", shape: [70, 61, 8], axis: 2 },
      { name: "everything, as much as a workgroup keeps", shape: [45, 2, 16, 16], axis: 1 },
    ].map(({ name, shape, axis }) => ({
      name,
      inputs: makeGradientInputs(shape, axis),
      accuracy: chooseAccuracy(shape, axis),
      attrs: { ...plain, axis, residual: true, activation: leaky },
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
          name: `${name}, residual`,
          attrs: { ...attrs, residual: true },
          inputs: [half, half, statistics, scale, shift, half],
        },
      ];
    }),
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
