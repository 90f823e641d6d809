import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import { convolution } from "../conv2d/conv2d.ts";
import type { ConvolutionAttributes } from "../conv2d/convolution.ts";
import { filterGradientShape, forEachProduct } from "../conv2d/convolution.ts";
import { inputGradient } from "../conv2d-input-gradient/conv2d-input-gradient.ts";
import { filterGradientPlan } from "./filter-gradient-plan.ts";

/** The gradient of a convolution by its weight. Inputs x and dy. */
export const conv2dFilterGradientOp: Op<ConvolutionAttributes> = {
  name: "conv2dFilterGradient",
  outputs: ([x, dy], attrs) => [
    { shape: filterGradientShape("conv2dFilterGradient", x!, dy!, attrs), dtype: "f32" },
  ],
  meaning: {
    loops: ([x, dy], [dWeight], attrs) => {
      forEachProduct(x!.shape, dWeight!.shape, dy!.shape, attrs, (ofX, ofWeight, ofY) => {
        dWeight!.data[ofWeight]! += x!.data[ofX]! * dy!.data[ofY]!;
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [0, 1], outputs: [] }),
    apply: ({ inputs, outputGradients, needed, attrs }) => {
      const [x, dy] = inputs as [Tensor, Tensor];
      const weight = outputGradients[0]!;
      return [
        needed[0] ? inputGradient(dy, weight, attrs) : undefined,
        needed[1] ? convolution(x, weight, attrs) : undefined,
      ];
    },
  },
  kernels: { wasm: filterGradientPlan },
};

export function filterGradient(x: Tensor, dy: Tensor, attrs: ConvolutionAttributes): Tensor {
  return execute(conv2dFilterGradientOp, [x, dy], attrs)[0]!;
}
