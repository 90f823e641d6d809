import { checkOptions, checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { nonNegativeInteger } from "../../checks/rules.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape } from "../../core/spec.ts";
import type { Activation } from "../matmul/epilogue.ts";
import { reshape } from "../movement/reshape.ts";
import { convTranspose2d } from "./conv-transpose2d.ts";
import { asRow, rulesOf1d } from "./conv1d.ts";

export interface ConvolutionTranspose1dOptions {
  /** The distance in the output between neighbouring inputs. Default 1. */
  readonly stride?: number;
  /** The number of elements removed from each side of the output. Default 0. */
  readonly padding?: number;
  /** The number of elements added at the end of the output, less than the stride or the dilation. Default 0. */
  readonly outputPadding?: number;
  /** The distance between neighbouring taps of the filter. Default 1. */
  readonly dilation?: number;
  /** The number of groups of channels, each of which is convolved separately. Default 1. */
  readonly groups?: number;
  /** Applied in the same launch. Default "none". */
  readonly activation?: Activation;
}

/**
 * The transposed convolution of sequences, computed by `convTranspose2d` on images of one row.
 *
 * Shapes: x [n, c, w], weight [c, o / groups, k], bias [o] -> [n, o, w'], where
 * w' = (w - 1) stride - 2 padding + dilation (k - 1) + outputPadding + 1. Throws ShapeError for shapes that do not fit,
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
  checkOptions<ConvolutionTranspose1dOptions>("convTranspose1d", options, {
    ...rulesOf1d,
    padding: nonNegativeInteger,
    outputPadding: nonNegativeInteger,
  });
  const { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups, activation } = options;
  const y = convTranspose2d(asRow(x), asRow(weight), bias, {
    stride: [1, stride],
    padding: [0, padding],
    outputPadding: [0, outputPadding],
    dilation: [1, dilation],
    groups,
    activation,
  });
  return reshape(y, [y.shape[0]!, y.shape[1]!, y.shape[3]!]);
}
