import { checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape } from "../../core/spec.ts";
import { makeEpilogue } from "../matmul/epilogue.ts";
import { reshape } from "../movement/reshape.ts";
import { channelBias, conv2dOp } from "./conv2d.ts";
import type { ConvolutionAttributes } from "./convolution.ts";
import type { ConvolutionOptions } from "./convolution-options.ts";
import { readConvolutionAttributes } from "./convolution-options.ts";

export type Convolution1dOptions = ConvolutionOptions<1>;

/**
 * Cross-correlation of sequences with filters, computed as for images of one row.
 *
 * Shapes: x [n, c, w], weight [o, c / groups, k], bias [o] -> [n, o, w'], where w' = floor((w + before + after - dilation (k
 * - 1) - 1) / stride) + 1. Throws ShapeError for shapes that do not fit, ArgumentError for a wrong option, DTypeError
 * unless all are floats.
 *
 * @example conv1d(x, weight, bias, { padding: "same" }) // [8, 4, 100] -> [8, 16, 100]
 */
export function conv1d(x: Tensor, weight: Tensor, bias?: Tensor, options: Convolution1dOptions = {}): Tensor {
  checkTensors("conv1d", x, weight);
  if (x.rank !== 3 || weight.rank !== 3) {
    throw new ShapeError(
      `conv1d: found x ${formatShape(x.shape)}, weight ${formatShape(weight.shape)}, expected [n, c, w] and [o, c / groups, k]`,
    );
  }
  const attrs = readConvolutionAttributes("conv1d", [x.shape[2]!], [weight.shape[2]!], options);
  const epilogue = makeEpilogue("conv1d", bias !== undefined, options.activation);
  const extras = bias === undefined ? [] : [channelBias("conv1d", bias, weight.shape[0]!)];
  const inputs = [asRow(x), asRow(weight), ...extras];
  return fromRow(execute(conv2dOp, inputs, { ...toRowAttributes(attrs), ...(epilogue && { epilogue }) })[0]!);
}

/** [a, b, w] -> [a, b, 1, w]. */
export function asRow(x: Tensor): Tensor {
  return reshape(x, [x.shape[0]!, x.shape[1]!, 1, x.shape[2]!]);
}

/** [a, b, 1, w] -> [a, b, w]. */
export const fromRow = (y: Tensor): Tensor => reshape(y, [y.shape[0]!, y.shape[1]!, y.shape[3]!]);

/** The attributes of the same convolution of images of one row. */
export const toRowAttributes = ({
  stride,
  padding,
  dilation,
  groups,
}: ConvolutionAttributes): ConvolutionAttributes => ({
  stride: [1, ...stride],
  padding: [[0, 0], ...padding],
  dilation: [1, ...dilation],
  groups,
});
