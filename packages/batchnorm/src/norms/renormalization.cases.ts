import type { CaseInput, OpCases, Shape } from "@evenkeel/tensor";
import { f32, normalizedAccuracy, positive } from "../operands/case-inputs.ts";
import type { RenormalizationAttributes } from "./renormalization.ts";
import { renormalizationOp } from "./renormalization.ts";

const inputs = (shape: Shape): CaseInput[] => [
  f32(shape, { integers: [1, 9] }),
  f32(shape),
  f32(shape, { uniform: [-1e-7, 1e-7] }),
  positive(shape),
  f32(shape),
  positive(shape),
];
const attrs = { epsilon: 1e-5 };
const limits = [3, 5];

export const renormalizationCases: OpCases<RenormalizationAttributes> = {
  op: renormalizationOp,
  accuracy: normalizedAccuracy,
  cases: [
    { name: "channels", attrs, inputs: inputs([37]), scalars: limits },
    { name: "epsilon", attrs: { epsilon: 0.5 }, inputs: inputs([5]), scalars: limits },
    { name: "no correction", attrs, inputs: inputs([9]), scalars: [1, 0] },
    { name: "small corrections", attrs, inputs: inputs([64]), scalars: [1.1, 0.1] },
    { name: "more than 65,535 channels", attrs, inputs: inputs([65_601]), scalars: limits },
    { name: "no channels", attrs, inputs: inputs([0]), scalars: limits },
    {
      name: "non-finite",
      attrs,
      inputs: [...inputs([12]).slice(0, 5), f32([12], "non-finite")],
      scalars: limits,
      needs: "non-finite" as const,
    },
  ].map((one) => ({ ...one, differentiable: false })),
};
