import { checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape } from "../../core/spec.ts";
import { makeEpilogue } from "../matmul/epilogue.ts";
import { conv3dInputGradientOp, volumeBias } from "./conv3d.ts";
import type { ConvolutionTransposeOptions } from "./transposed-options.ts";
import { readTransposedAttributes } from "./transposed-options.ts";

/**
 * The transposed convolution of volumes, which spreads each input over a window of the output: the gradient of `conv3d` with
 * respect to its input.
 *
 * Shapes: x [n, c, d, h, w], weight [c, o / groups, kd, kh, kw], bias [o] -> [n, o, d', h', w'], where
 * d' = (d - 1) stride - before - after + dilation (kd - 1) + outputPadding + 1, and h' and w' in the same way. Throws ShapeError
 * for shapes that do not fit, ArgumentError for a wrong option, DTypeError unless all are floats.
 *
 * @example convTranspose3d(x, weight, bias, { stride: 2 }) // [2, 8, 8, 16, 16], [8, 4, 2, 2, 2] -> [2, 4, 16, 32, 32]
 */
export function convTranspose3d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: ConvolutionTransposeOptions<3> = {},
): Tensor {
  checkTensors("convTranspose3d", x, weight);
  if (x.rank !== 5 || weight.rank !== 5) {
    throw new ShapeError(
      `convTranspose3d: found x ${formatShape(x.shape)}, weight ${formatShape(weight.shape)}, expected [n, c, d, h, w] and [c, o / groups, kd, kh, kw]`,
    );
  }
  const attrs = readTransposedAttributes("convTranspose3d", weight.shape.slice(2), options);
  const epilogue = makeEpilogue("convTranspose3d", bias !== undefined, options.activation);
  const channels = weight.shape[1]! * attrs.groups;
  const extras = bias === undefined ? [] : [volumeBias("convTranspose3d", bias, channels)];
  const all = { ...attrs, ...(epilogue && { epilogue }) };
  return execute(conv3dInputGradientOp, [x, weight, ...extras], all)[0]!;
}
