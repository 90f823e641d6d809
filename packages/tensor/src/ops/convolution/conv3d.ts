import { checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { formatShape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import { cast } from "../elementwise/cast.ts";
import { evaluateExpression } from "../elementwise/fusion/fused.ts";
import {
  computeEpilogueGradients,
  computeEpilogueOutput,
  listEpilogueReads,
  makeEpilogue,
} from "../matmul/epilogue.ts";
import { reshape } from "../movement/reshape.ts";
import { channelBias, conv2dOp, filterGradient, inputGradient, withoutEpilogue } from "./conv2d.ts";
import type { Conv2dAttributes, ConvolutionAttributes, FilterGradientAttributes } from "./convolution.ts";
import {
  computeConvolutionShape,
  computeFilterGradientShape,
  computeInputGradientShape,
} from "./convolution.ts";
import type { ConvolutionOptions } from "./convolution-options.ts";
import { readConvolutionAttributes } from "./convolution-options.ts";
import { findPlanarForm } from "./planar-form.ts";

/** The inputs are x, the weight, and the bias of the epilogue, if it has one: [o, 1, 1, 1]. */
export const conv3dOp: Op<Conv2dAttributes> = {
  name: "conv3d",
  outputs: (inputs, attrs) => {
    const [x, weight] = inputs;
    const shape = computeConvolutionShape("conv3d", x!, weight!, attrs);
    return [computeEpilogueOutput("conv3d", { shape, dtype: x!.dtype }, inputs, attrs)];
  },
  meaning: {
    composition: ([x, weight, ...extras], { epilogue, ...attrs }) => {
      const y = computeConvolutionShape("conv3d", x!, weight!, attrs);
      const form = findPlanarForm({ x: x!.shape, weight: weight!.shape, y }, attrs);
      const biases = extras.map((bias) => reshape(bias!, bias!.shape.slice(0, 3)));
      const inputs = [form.toX(x!), form.toWeight(weight!), ...biases];
      const images = execute(conv2dOp, inputs, { ...form.attrs, ...(epilogue && { epilogue }) });
      return [form.fromY(images[0]!)];
    },
  },
  gradient: {
    reads: listEpilogueReads,
    apply: (context) => {
      const { inputs, needed, attrs } = context;
      const [x, weight] = inputs as [Tensor, Tensor];
      const bare = withoutEpilogue(attrs);
      const { ofProduct, ofExtras } = computeEpilogueGradients(context, () =>
        convolveVolumes(x, weight, bare),
      );
      return [
        needed[0] ? volumeInputGradient(ofProduct, weight, bare) : undefined,
        needed[1] ? volumeFilterGradient(x, ofProduct, bare, weight.dtype) : undefined,
        ...ofExtras,
      ];
    },
  },
};

/** The convolution without an epilogue, which the gradients of its two gradients use. */
function convolveVolumes(x: Tensor, weight: Tensor, attrs: ConvolutionAttributes): Tensor {
  return execute(conv3dOp, [x, weight], attrs)[0]!;
}

/** Reshapes [channels] so that it broadcasts to [n, channels, d, h, w]. Throws ShapeError for any other shape. */
export const volumeBias = (operation: string, bias: Tensor, channels: number): Tensor =>
  reshape(channelBias(operation, bias, channels), [channels, 1, 1, 1]);

/**
 * Cross-correlation of volumes with filters, with a bias and an activation. It is computed as a convolution of images: planes of the
 * volumes with the taps of the depth as further channels.
 *
 * Shapes: x [n, c, d, h, w], weight [o, c / groups, kd, kh, kw], bias [o] -> [n, o, d', h', w'], where
 * d' = floor((d + before + after - dilation (kd - 1) - 1) / stride) + 1, and h' and w' in the same way. Throws ShapeError for shapes
 * that do not fit, ArgumentError for a wrong option, DTypeError unless all are floats. y has the dtype of x.
 *
 * @example conv3d(x, weight, bias, { padding: 1 }) // [2, 4, 16, 32, 32] -> [2, 8, 16, 32, 32]
 */
export function conv3d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: ConvolutionOptions<3> = {},
): Tensor {
  checkTensors("conv3d", x, weight);
  if (x.rank !== 5 || weight.rank !== 5) {
    throw new ShapeError(
      `conv3d: found x ${formatShape(x.shape)}, weight ${formatShape(weight.shape)}, expected [n, c, d, h, w] and [o, c / groups, kd, kh, kw]`,
    );
  }
  const attrs = readConvolutionAttributes("conv3d", x.shape.slice(2), weight.shape.slice(2), options);
  const epilogue = makeEpilogue("conv3d", bias !== undefined, options.activation);
  const extras = bias === undefined ? [] : [volumeBias("conv3d", bias, weight.shape[0]!)];
  return execute(conv3dOp, [x, weight, ...extras], { ...attrs, ...(epilogue && { epilogue }) })[0]!;
}

/**
 * The gradient of a convolution of volumes with respect to x, which is also the transposed convolution. The inputs are dy, the
 * weight, and the bias of the epilogue, if it has one.
 */
export const conv3dInputGradientOp: Op<Conv2dAttributes> = {
  name: "conv3dInputGradient",
  outputs: (inputs, attrs) => {
    const [dy, weight] = inputs;
    const shape = computeInputGradientShape("conv3dInputGradient", dy!, weight!, attrs);
    return [computeEpilogueOutput("conv3dInputGradient", { shape, dtype: dy!.dtype }, inputs, attrs)];
  },
  meaning: {
    composition: ([dy, weight, ...extras], { epilogue, ...attrs }) => {
      const x = computeInputGradientShape("conv3dInputGradient", dy!, weight!, attrs);
      const form = findPlanarForm({ x, weight: weight!.shape, y: dy!.shape }, attrs);
      // The sums of several taps are complete only behind `fromX`: f16 would round their parts.
      const images = inputGradient(form.toY(cast(dy!, "f32")), form.toWeight(weight!), form.attrs);
      const product = form.fromX(images);
      const addends = extras.map((bias) => cast(bias!, "f32"));
      const [result] = epilogue ? evaluateExpression(epilogue.expression, [product, ...addends]) : [product];
      return [cast(result!, dy!.dtype)];
    },
  },
  gradient: {
    reads: listEpilogueReads,
    apply: (context) => {
      const { inputs, needed, attrs } = context;
      const [dy, weight] = inputs as [Tensor, Tensor];
      const bare = withoutEpilogue(attrs);
      const { ofProduct, ofExtras } = computeEpilogueGradients(context, () =>
        volumeInputGradient(dy, weight, bare),
      );
      return [
        needed[0] ? convolveVolumes(ofProduct, weight, bare) : undefined,
        needed[1] ? volumeFilterGradient(ofProduct, dy, bare, weight.dtype) : undefined,
        ...ofExtras,
      ];
    },
  },
};

function volumeInputGradient(dy: Tensor, weight: Tensor, attrs: ConvolutionAttributes): Tensor {
  return execute(conv3dInputGradientOp, [dy, weight], attrs)[0]!;
}

/** The gradient of a convolution of volumes with respect to its weight. The inputs are x and dy. */
export const conv3dFilterGradientOp: Op<FilterGradientAttributes> = {
  name: "conv3dFilterGradient",
  outputs: ([x, dy], attrs) => [
    {
      shape: computeFilterGradientShape("conv3dFilterGradient", x!, dy!, attrs),
      dtype: attrs.dtype ?? x!.dtype,
    },
  ],
  meaning: {
    composition: ([x, dy], { dtype = x!.dtype, ...attrs }) => {
      const weight = computeFilterGradientShape("conv3dFilterGradient", x!, dy!, attrs);
      const form = findPlanarForm({ x: x!.shape, weight, y: dy!.shape }, attrs);
      return [form.fromWeight(filterGradient(form.toX(x!), form.toY(dy!), form.attrs, dtype))];
    },
  },
  gradient: {
    reads: () => ({ inputs: [0, 1], outputs: [] }),
    apply: ({ inputs, outputGradients, needed, attrs }) => {
      const [x, dy] = inputs as [Tensor, Tensor];
      const weight = outputGradients[0]!;
      const bare = withoutEpilogue(attrs);
      return [
        needed[0] ? volumeInputGradient(dy, weight, bare) : undefined,
        needed[1] ? convolveVolumes(x, weight, bare) : undefined,
      ];
    },
  },
};

function volumeFilterGradient(x: Tensor, dy: Tensor, attrs: ConvolutionAttributes, dtype: DType): Tensor {
  const all = x.dtype === dtype ? attrs : { ...attrs, dtype };
  return execute(conv3dFilterGradientOp, [x, dy], all)[0]!;
}
