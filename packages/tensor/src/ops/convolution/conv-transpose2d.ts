import { checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape } from "../../core/spec.ts";
import { makeEpilogue } from "../matmul/epilogue.ts";
import { channelBias, conv2dInputGradientOp } from "./conv2d.ts";
import type { ConvolutionTransposeOptions } from "./transposed-options.ts";
import { readTransposedAttributes } from "./transposed-options.ts";

/**
 * The transposed convolution, which spreads each input pixel over a window of the output: the gradient of `conv2d` with
 * respect to its input.
 *
 * Shapes: x [n, c, h, w], weight [c, o / groups, kh, kw], bias [o] -> [n, o, h', w'], where
 * h' = (h - 1) stride - before - after + dilation (kh - 1) + outputPadding + 1, and w' in the same way. Throws ShapeError for shapes
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
  const attrs = readTransposedAttributes("convTranspose2d", weight.shape.slice(2), options);
  const epilogue = makeEpilogue("convTranspose2d", bias !== undefined, options.activation);
  const channels = weight.shape[1]! * attrs.groups;
  const inputs =
    bias === undefined ? [x, weight] : [x, weight, channelBias("convTranspose2d", bias, channels)];
  return execute(conv2dInputGradientOp, inputs, { ...attrs, ...(epilogue && { epilogue }) })[0]!;
}
