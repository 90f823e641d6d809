import { checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape } from "../../core/spec.ts";
import { makeEpilogue } from "../matmul/epilogue.ts";
import { asRow, fromRow, toRowAttributes } from "./conv1d.ts";
import { channelBias, conv2dInputGradientOp } from "./conv2d.ts";
import type { ConvolutionTransposeOptions } from "./transposed-options.ts";
import { readTransposedAttributes } from "./transposed-options.ts";

export type ConvolutionTranspose1dOptions = ConvolutionTransposeOptions<1>;

/**
 * The transposed convolution of sequences, computed as for images of one row.
 *
 * Shapes: x [n, c, w], weight [c, o / groups, k], bias [o] -> [n, o, w'], where
 * w' = (w - 1) stride - before - after + dilation (k - 1) + outputPadding + 1. Throws ShapeError for shapes that do not fit,
 * ArgumentError for a wrong option, DTypeError unless all are floats.
 *
 * @example convTranspose1d(x, weight, bias, { stride: 2 }) // [8, 16, 50], [16, 8, 2] -> [8, 8, 100]
 */
export function convTranspose1d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: ConvolutionTranspose1dOptions = {},
): Tensor {
  checkTensors("convTranspose1d", x, weight);
  if (x.rank !== 3 || weight.rank !== 3) {
    throw new ShapeError(
      `convTranspose1d: found x ${formatShape(x.shape)}, weight ${formatShape(weight.shape)}, expected [n, c, w] and [c, o / groups, k]`,
    );
  }
  const attrs = readTransposedAttributes("convTranspose1d", [weight.shape[2]!], options);
  const epilogue = makeEpilogue("convTranspose1d", bias !== undefined, options.activation);
  const channels = weight.shape[1]! * attrs.groups;
  const extras = bias === undefined ? [] : [channelBias("convTranspose1d", bias, channels)];
  const inputs = [asRow(x), asRow(weight), ...extras];
  const all = { ...toRowAttributes(attrs), ...(epilogue && { epilogue }) };
  return fromRow(execute(conv2dInputGradientOp, inputs, all)[0]!);
}
