import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { DType } from "../../expression/dtype.ts";
import { convolution, withoutEpilogue } from "../conv2d/conv2d.ts";
import type { ConvolutionAttributes } from "../conv2d/convolution.ts";
import { filterGradientShape, forEachProduct } from "../conv2d/convolution.ts";
import { inputGradient } from "../conv2d-input-gradient/conv2d-input-gradient.ts";
import { filterGradientPlan } from "./filter-gradient-plan.ts";

export interface FilterGradientAttributes extends ConvolutionAttributes {
  /** How the gradient is stored. Absent: as x. */
  readonly dtype?: DType;
}

/** The gradient of a convolution by its weight. Inputs x and dy. */
export const conv2dFilterGradientOp: Op<FilterGradientAttributes> = {
  name: "conv2dFilterGradient",
  outputs: ([x, dy], attrs) => [
    { shape: filterGradientShape("conv2dFilterGradient", x!, dy!, attrs), dtype: attrs.dtype ?? x!.dtype },
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
      const bare = withoutEpilogue(attrs);
      return [
        needed[0] ? inputGradient(dy, weight, bare) : undefined,
        needed[1] ? convolution(x, weight, bare) : undefined,
      ];
    },
  },
  kernels: { wasm: filterGradientPlan },
};

export function filterGradient(x: Tensor, dy: Tensor, attrs: ConvolutionAttributes, dtype: DType): Tensor {
  const all = x.dtype === dtype ? attrs : { ...attrs, dtype };
  return execute(conv2dFilterGradientOp, [x, dy], all)[0]!;
}
