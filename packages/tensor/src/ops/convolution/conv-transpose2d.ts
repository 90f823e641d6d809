import { checkOptions, checkTensors } from "../../checks/check.ts";
import { ArgumentError, ShapeError } from "../../checks/errors.ts";
import { anything } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape } from "../../core/spec.ts";
import type { Activation } from "../matmul/epilogue.ts";
import { makeEpilogue } from "../matmul/epilogue.ts";
import { channelBias, conv2dInputGradientOp } from "./conv2d.ts";
import type { ConvolutionAttributes, Pair } from "./convolution.ts";
import type { NumberOrPair } from "./convolution-options.ts";
import { convolutionRules, readSpacing, toPair } from "./convolution-options.ts";

export interface ConvolutionTransposeOptions {
  /** The distance in the output between neighbouring input pixels. Default 1. */
  readonly stride?: NumberOrPair;
  /** The number of pixels removed from each side of the output. Default 0. */
  readonly padding?: NumberOrPair;
  /** The number of pixels added at the end of the output, less than the stride or the dilation. Default 0. */
  readonly outputPadding?: NumberOrPair;
  /** The distance between neighbouring taps of the filter. Default 1. */
  readonly dilation?: NumberOrPair;
  /** The number of groups of channels, each of which is convolved separately. Default 1. */
  readonly groups?: number;
  /** Applied in the same launch. Default "none". */
  readonly activation?: Activation;
}

/** The attributes of the convolution whose input gradient is the transposed convolution. */
function toTransposedAttributes(options: ConvolutionTransposeOptions): ConvolutionAttributes {
  const operation = "convTranspose2d";
  checkOptions<ConvolutionTransposeOptions>(operation, options, {
    ...convolutionRules,
    outputPadding: anything,
  });
  const { groups = 1, padding: given = 0, outputPadding = 0 } = options;
  const { stride, dilation } = readSpacing(operation, options);
  const padding = toPair(operation, "padding", given, 0);
  const extra = toPair(operation, "outputPadding", outputPadding, 0);
  const axis = (index: 0 | 1): Pair => {
    if (extra[index] >= Math.max(stride[index], dilation[index])) {
      throw new ArgumentError(
        `${operation}: outputPadding: found ${extra[index]}, expected less than the stride, ${stride[index]}, or the dilation, ${dilation[index]}`,
      );
    }
    return [padding[index], padding[index] - extra[index]];
  };
  return { stride, dilation, groups, padding: [axis(0), axis(1)] };
}

/**
 * The transposed convolution, which spreads each input pixel over a window of the output: the gradient of `conv2d` with
 * respect to its input.
 *
 * Shapes: x [n, c, h, w], weight [c, o / groups, kh, kw], bias [o] -> [n, o, h', w'], where
 * h' = (h - 1) stride - 2 padding + dilation (kh - 1) + outputPadding + 1, and w' in the same way. Throws ShapeError for shapes
 * that do not fit, ArgumentError for a wrong option, DTypeError unless all are floats.
 *
 * @example convTranspose2d(x, weight, bias, { stride: 2 }) // [8, 16, 14, 14], [16, 8, 2, 2] -> [8, 8, 28, 28]
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: ConvolutionTransposeOptions = {},
): Tensor {
  checkTensors("convTranspose2d", x, weight);
  if (x.rank !== 4 || weight.rank !== 4) {
    throw new ShapeError(
      `convTranspose2d: found x ${formatShape(x.shape)}, weight ${formatShape(weight.shape)}, expected [n, c, h, w] and [c, o / groups, kh, kw]`,
    );
  }
  const attrs = toTransposedAttributes(options);
  const epilogue = makeEpilogue("convTranspose2d", bias !== undefined, options.activation);
  const channels = weight.shape[1]! * attrs.groups;
  const inputs =
    bias === undefined ? [x, weight] : [x, weight, channelBias("convTranspose2d", bias, channels)];
  return execute(conv2dInputGradientOp, inputs, { ...attrs, ...(epilogue && { epilogue }) })[0]!;
}
