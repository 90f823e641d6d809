import type { CaseInput, OpCase, OpCases, Shape } from "@evenkeel/tensor";
import { caseShapes, f16, f32, halfShapes, positive } from "../operands/case-inputs.ts";
import { gradientApplyOp } from "./gradient-apply.ts";
import type { GradientApplyAttributes } from "./gradient-attributes.ts";
import { makeGradientInputs } from "./gradient-inputs.ts";

const plain: GradientApplyAttributes = { axis: 1, epsilon: 1e-5, activation: "none" };
const leaky = { leakyRelu: 0.2 };

/** dy, x, statistics, scale, shift, sums. */
function operands(shape: Shape, axis: number): (CaseInput | undefined)[] {
  return [...makeGradientInputs(shape, axis).slice(0, 5), f32([2, shape[axis]!])];
}

function variants(layout: string, shape: Shape, axis: number): OpCase<GradientApplyAttributes>[] {
  const [dy, x, statistics, scale, shift, sums] = operands(shape, axis);
  const attrs = { ...plain, axis };
  const cases: OpCase<GradientApplyAttributes>[] = [
    { name: "no scale", attrs, inputs: [dy, x, statistics, undefined, undefined, sums] },
    { name: "epsilon", attrs: { ...attrs, epsilon: 0.5 }, inputs: [dy, x, statistics, scale, shift, sums] },
    {
      name: "relu without a scale",
      attrs: { ...attrs, activation: "relu" },
      inputs: [dy, x, statistics, undefined, shift, sums],
    },
    {
      name: "leaky relu",
      attrs: { ...attrs, activation: leaky },
      inputs: [dy, x, statistics, scale, shift, sums],
    },
    {
      name: "statistics of nothing",
      attrs,
      inputs: [dy, x, f32([4, shape[axis]!], [0]), scale, shift, sums],
      differentiable: false,
    },
  ];
  return cases.map((one) => ({ ...one, name: `${one.name}, ${layout}` }));
}

export const gradientApplyCases: OpCases<GradientApplyAttributes> = {
  op: gradientApplyOp,
  accuracy: {
    relative: 1e-5,
    absolute: 2e-5,
    reason:
      "within 5e-6 of the largest term: terms here are of about 1, and few values make their quotients larger",
  },
  cases: [
    ...variants("planar", [3, 2, 9, 11], 1),
    ...variants("interleaved", [3, 2, 7, 6], 3),
    ...caseShapes.map(({ name, shape, axis }) => ({
      name,
      attrs: { ...plain, axis, activation: "relu" as const },
      inputs: operands(shape, axis),
    })),
    ...halfShapes.map(({ name, shape, axis }) => {
      const [, , statistics, scale, shift, sums] = operands(shape, axis);
      const attrs = { ...plain, axis, activation: "relu" as const };
      return {
        name,
        attrs,
        inputs: [f16(shape), f16(shape), statistics, scale, shift, sums],
      };
    }),
    {
      name: "non-finite",
      attrs: plain,
      // NaN in the sums of one channel and in x of another. The other channels stay finite.
      inputs: [
        f32([6, 4]),
        f32([6, 4], [1, 1, 3, NaN, 0.5, 4, -1, 8, -2, 0.25, 1, 3]),
        positive([4, 4]),
        f32([4]),
        undefined,
        f32([2, 4], [1, 2, 3, 4, NaN, 2, 1, 0.5]),
      ],
      needs: "non-finite",
    },
  ],
};
