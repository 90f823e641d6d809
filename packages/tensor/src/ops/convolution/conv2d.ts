import { checkTensors, checkValue } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { aTensor } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { formatShape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import {
  applyEpilogue,
  computeEpilogueGradients,
  computeEpilogueOutput,
  listEpilogueReads,
  makeEpilogue,
} from "../matmul/epilogue.ts";
import { reshape } from "../movement/reshape.ts";
import type { Conv2dAttributes, ConvolutionAttributes, FilterGradientAttributes } from "./convolution.ts";
import {
  computeConvolutionShape,
  computeFilterGradientShape,
  computeInputGradientShape,
  forEachRowOfProducts,
} from "./convolution.ts";
import { convolutionFamily } from "./convolution-family.ts";
import type { ConvolutionOptions } from "./convolution-options.ts";
import { readConvolutionAttributes } from "./convolution-options.ts";

/** The inputs are x, the weight, and those of the epilogue. */
export const conv2dOp: Op<Conv2dAttributes> = {
  name: "conv2d",
  outputs: (inputs, attrs) => [
    computeEpilogueOutput(
      "conv2d",
      { shape: computeConvolutionShape("conv2d", inputs[0]!, inputs[1]!, attrs), dtype: inputs[0]!.dtype },
      inputs,
      attrs,
    ),
  ],
  meaning: {
    loops: (inputs, [y], attrs, scalars) => {
      const [x, weight] = inputs;
      forEachRowOfProducts(x!.shape, weight!.shape, y!.shape, attrs, (count, ofX, stepX, ofWeight, ofY) => {
        for (let p = 0; p < count; p++) {
          y!.data[ofY + p]! += x!.data[ofX + stepX * p]! * weight!.data[ofWeight]!;
        }
      });
      applyEpilogue(y!, inputs, attrs, scalars);
    },
  },
  gradient: {
    reads: listEpilogueReads,
    apply: (context) => {
      const { inputs, needed, attrs } = context;
      const [x, weight] = inputs as [Tensor, Tensor];
      const bare = withoutEpilogue(attrs);
      const { ofProduct, ofExtras } = computeEpilogueGradients(context, () => convolution(x, weight, bare));
      return [
        needed[0] ? inputGradient(ofProduct, weight, bare) : undefined,
        needed[1] ? filterGradient(x, ofProduct, bare, weight.dtype) : undefined,
        ...ofExtras,
      ];
    },
  },
  family: convolutionFamily,
};

/** Inputs and attributes of a call of the op. */
export interface Conv2dCall {
  readonly inputs: readonly Tensor[];
  readonly attrs: Conv2dAttributes;
}

/** The convolution without an epilogue, which the gradients of its two gradients use. */
export function convolution(x: Tensor, weight: Tensor, attrs: ConvolutionAttributes): Tensor {
  return execute(conv2dOp, [x, weight], attrs)[0]!;
}

export function withoutEpilogue({
  stride,
  padding,
  dilation,
  groups,
}: Conv2dAttributes): ConvolutionAttributes {
  return { stride, padding, dilation, groups };
}

/** Reshapes [channels] so that it broadcasts to [n, channels, h, w]. Throws ShapeError for any other shape. */
export function channelBias(operation: string, bias: Tensor, channels: number): Tensor {
  checkValue(`${operation}: bias`, bias, aTensor);
  if (bias.rank !== 1 || bias.shape[0] !== channels) {
    throw new ShapeError(`${operation}: bias: found ${formatShape(bias.shape)}, expected [${channels}]`);
  }
  return reshape(bias, [channels, 1, 1]);
}

/**
 * Cross-correlation of images with filters, with a bias and an activation in the same launch.
 *
 * Shapes: x [n, c, h, w], weight [o, c / groups, kh, kw], bias [o] -> [n, o, h', w'], where
 * h' = floor((h + before + after - dilation (kh - 1) - 1) / stride) + 1, and w' in the same way. Throws ShapeError for shapes that do
 * not fit, ArgumentError for a wrong option, DTypeError unless all are floats. y has the dtype of x.
 *
 * @example conv2d(x, weight, bias, { padding: 1, activation: "relu" }) // [8, 3, 32, 32] -> [8, 16, 32, 32]
 */
export function conv2d(x: Tensor, weight: Tensor, bias?: Tensor, options: ConvolutionOptions = {}): Tensor {
  const { inputs, attrs } = prepareConv2d(x, weight, bias, options);
  return execute(conv2dOp, inputs, attrs)[0]!;
}

/** The inputs and attributes with which `conv2d` calls the op; throws the same errors. */
export function prepareConv2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: ConvolutionOptions = {},
): Conv2dCall {
  checkTensors("conv2d", x, weight);
  if (x.rank !== 4 || weight.rank !== 4) {
    throw new ShapeError(
      `conv2d: found x ${formatShape(x.shape)}, weight ${formatShape(weight.shape)}, expected [n, c, h, w] and [o, c / groups, kh, kw]`,
    );
  }
  const attrs = readConvolutionAttributes("conv2d", x.shape.slice(2), weight.shape.slice(2), options);
  const epilogue = makeEpilogue("conv2d", bias !== undefined, options.activation);
  const inputs =
    bias === undefined ? [x, weight] : [x, weight, channelBias("conv2d", bias, weight.shape[0]!)];
  return { inputs, attrs: { ...attrs, ...(epilogue && { epilogue }) } };
}

/**
 * The gradient of a convolution with respect to x, which is also the transposed convolution. The inputs are dy, the
 * weight, and those of the epilogue.
 */
export const conv2dInputGradientOp: Op<Conv2dAttributes> = {
  name: "conv2dInputGradient",
  outputs: (inputs, attrs) => [
    computeEpilogueOutput(
      "conv2dInputGradient",
      {
        shape: computeInputGradientShape("conv2dInputGradient", inputs[0]!, inputs[1]!, attrs),
        dtype: inputs[0]!.dtype,
      },
      inputs,
      attrs,
    ),
  ],
  meaning: {
    loops: (inputs, [dx], attrs, scalars) => {
      const [dy, weight] = inputs;
      forEachRowOfProducts(dx!.shape, weight!.shape, dy!.shape, attrs, (count, ofX, stepX, ofWeight, ofY) => {
        for (let p = 0; p < count; p++) {
          dx!.data[ofX + stepX * p]! += dy!.data[ofY + p]! * weight!.data[ofWeight]!;
        }
      });
      applyEpilogue(dx!, inputs, attrs, scalars);
    },
  },
  gradient: {
    reads: listEpilogueReads,
    apply: (context) => {
      const { inputs, needed, attrs } = context;
      const [dy, weight] = inputs as [Tensor, Tensor];
      const bare = withoutEpilogue(attrs);
      const { ofProduct, ofExtras } = computeEpilogueGradients(context, () =>
        inputGradient(dy, weight, bare),
      );
      return [
        needed[0] ? convolution(ofProduct, weight, bare) : undefined,
        needed[1] ? filterGradient(ofProduct, dy, bare, weight.dtype) : undefined,
        ...ofExtras,
      ];
    },
  },
  family: convolutionFamily,
};

export function inputGradient(dy: Tensor, weight: Tensor, attrs: ConvolutionAttributes): Tensor {
  return execute(conv2dInputGradientOp, [dy, weight], attrs)[0]!;
}

/** The gradient of a convolution with respect to its weight. The inputs are x and dy. */
export const conv2dFilterGradientOp: Op<FilterGradientAttributes> = {
  name: "conv2dFilterGradient",
  outputs: ([x, dy], attrs) => [
    {
      shape: computeFilterGradientShape("conv2dFilterGradient", x!, dy!, attrs),
      dtype: attrs.dtype ?? x!.dtype,
    },
  ],
  meaning: {
    loops: ([x, dy], [dWeight], attrs) => {
      forEachRowOfProducts(x!.shape, dWeight!.shape, dy!.shape, attrs, (count, ofX, stepX, ofWeight, ofY) => {
        for (let p = 0; p < count; p++) {
          dWeight!.data[ofWeight]! += x!.data[ofX + stepX * p]! * dy!.data[ofY + p]!;
        }
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
  family: convolutionFamily,
};

export function filterGradient(x: Tensor, dy: Tensor, attrs: ConvolutionAttributes, dtype: DType): Tensor {
  const all = x.dtype === dtype ? attrs : { ...attrs, dtype };
  return execute(conv2dFilterGradientOp, [x, dy], all)[0]!;
}
