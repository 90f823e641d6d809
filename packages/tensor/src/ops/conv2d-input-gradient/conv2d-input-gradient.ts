import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Conv2dAttributes } from "../conv2d/conv2d.ts";
import { convolution, withoutEpilogue } from "../conv2d/conv2d.ts";
import type { ConvolutionAttributes } from "../conv2d/convolution.ts";
import { forEachProduct, inputGradientShape } from "../conv2d/convolution.ts";
import { convolutionPlan } from "../conv2d/convolution-plan.ts";
import { filterGradient } from "../conv2d-filter-gradient/conv2d-filter-gradient.ts";
import { applyEpilogue, epilogueGradients, epilogueOutput, epilogueReads } from "../epilogue/epilogue.ts";

/** The gradient of a convolution by x, which is also the transposed convolution. Inputs dy, weight, and those of the epilogue. */
export const conv2dInputGradientOp: Op<Conv2dAttributes> = {
  name: "conv2dInputGradient",
  outputs: (inputs, attrs) => [
    epilogueOutput(
      "conv2dInputGradient",
      {
        shape: inputGradientShape("conv2dInputGradient", inputs[0]!, inputs[1]!, attrs),
        dtype: inputs[0]!.dtype,
      },
      inputs,
      attrs,
    ),
  ],
  meaning: {
    loops: (inputs, [dx], attrs, scalars) => {
      const [dy, weight] = inputs;
      forEachProduct(dx!.shape, weight!.shape, dy!.shape, attrs, (ofX, ofWeight, ofY) => {
        dx!.data[ofX]! += dy!.data[ofY]! * weight!.data[ofWeight]!;
      });
      applyEpilogue(dx!, inputs, attrs, scalars);
    },
  },
  gradient: {
    reads: epilogueReads,
    apply: (context) => {
      const { inputs, needed, attrs } = context;
      const [dy, weight] = inputs as [Tensor, Tensor];
      const bare = withoutEpilogue(attrs);
      const { ofProduct, ofExtras } = epilogueGradients(context, () => inputGradient(dy, weight, bare));
      return [
        needed[0] ? convolution(ofProduct, weight, bare) : undefined,
        needed[1] ? filterGradient(ofProduct, dy, bare, weight.dtype) : undefined,
        ...ofExtras,
      ];
    },
  },
  kernels: {
    wasm: (inputs, attrs, limits) =>
      convolutionPlan("transposed", conv2dInputGradientOp, inputs, attrs, limits),
  },
};

export function inputGradient(dy: Tensor, weight: Tensor, attrs: ConvolutionAttributes): Tensor {
  return execute(conv2dInputGradientOp, [dy, weight], attrs)[0]!;
}
