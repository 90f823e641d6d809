import type { OpCase, OpCases } from "../../core/op-cases.ts";
import { sizeOf } from "../../core/spec.ts";
import type { ConvolutionAttributes } from "../conv2d/convolution.ts";
import type { ConvolutionCase } from "../conv2d/convolution-cases.ts";
import {
  convolutionCase,
  convolutionCases,
  depthwiseCase,
  normal,
  spoiled,
  termsOfTiles,
  tiledCases,
} from "../conv2d/convolution-cases.ts";
import { withHalves } from "../elementwise/half-cases.ts";
import { conv2dFilterGradientOp } from "./conv2d-filter-gradient.ts";

function ofFilters({ name, x, y, attrs }: ConvolutionCase, terms = 1): OpCase<ConvolutionAttributes> {
  return {
    name,
    attrs,
    inputs: [normal(x), normal(y)],
    accuracy: { reduction: terms * sizeOf([y[0]!, ...y.slice(2)]) },
  };
}

const unaligned = convolutionCase("non-finite", [2, 3, 6, 7], [4, 3, 3, 3]);

export const cases: OpCases<ConvolutionAttributes> = {
  op: conv2dFilterGradientOp,
  accuracy: { reduction: 64 },
  cases: withHalves(
    ["odd sizes", "stride 2"],
    [
      ...convolutionCases.map((one) => ofFilters(one)),
      ...tiledCases.map((one) => ofFilters(one, termsOfTiles)),
      {
        ...ofFilters(depthwiseCase),
        inputs: [spoiled(depthwiseCase.x), normal(depthwiseCase.y)],
        needs: "non-finite",
        differentiable: false,
      },
      {
        ...ofFilters(tiledCases[4]!, termsOfTiles),
        name: "tiles, some not finite",
        inputs: [spoiled(tiledCases[4]!.x), normal(tiledCases[4]!.y)],
        needs: "non-finite",
        differentiable: false,
      },
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
  ),
};
