import type { OpCase, OpCases } from "../../core/op-cases.ts";
import { sizeOf } from "../../core/spec.ts";
import type { ConvolutionAttributes } from "../conv2d/convolution.ts";
import type { ConvolutionCase } from "../conv2d/convolution-cases.ts";
import { convolutionCase, convolutionCases, normal } from "../conv2d/convolution-cases.ts";
import { conv2dFilterGradientOp } from "./conv2d-filter-gradient.ts";

function ofFilters({ name, x, y, attrs }: ConvolutionCase): OpCase<ConvolutionAttributes> {
  return {
    name,
    attrs,
    inputs: [normal(x), normal(y)],
    accuracy: { reduction: sizeOf([y[0]!, ...y.slice(2)]) },
  };
}

const unaligned = convolutionCase("non-finite", [2, 3, 6, 7], [4, 3, 3, 3]);

export const cases: OpCases<ConvolutionAttributes> = {
  op: conv2dFilterGradientOp,
  accuracy: { reduction: 64 },
  cases: [
    ...convolutionCases.map(ofFilters),
    ofFilters(
      convolutionCase("several slices of the batch", [19, 12, 16, 13], [10, 12, 3, 3], { padding: 1 }),
    ),
    {
      ...ofFilters(unaligned),
      inputs: [{ ...normal(unaligned.x), values: "non-finite" }, normal(unaligned.y)],
      needs: "non-finite",
      differentiable: false,
    },
  ],
};
