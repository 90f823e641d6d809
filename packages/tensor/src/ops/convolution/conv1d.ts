import { checkOptions, checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import type { Rules } from "../../checks/rules.ts";
import { anything, either, nonNegativeInteger, oneOf, positiveInteger } from "../../checks/rules.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape } from "../../core/spec.ts";
import type { Activation } from "../matmul/epilogue.ts";
import { reshape } from "../movement/reshape.ts";
import { conv2d } from "./conv2d.ts";

export interface Convolution1dOptions {
  /** Default 1. */
  readonly stride?: number;
  /**
   * The number of zeros on each side, "same" (the size of the output is that of the input divided by the stride) or
   * "valid" (none). Default 0.
   */
  readonly padding?: number | "same" | "valid";
  /** The distance between neighbouring taps of the filter. Default 1. */
  readonly dilation?: number;
  /** The number of groups of channels, each of which is convolved separately. Default 1. */
  readonly groups?: number;
  /** Applied in the same launch. Default "none". */
  readonly activation?: Activation;
}

/** The options that `conv1d` and `convTranspose1d` share. */
export const rulesOf1d: Rules<Omit<Convolution1dOptions, "padding">> = {
  stride: positiveInteger,
  dilation: positiveInteger,
  groups: positiveInteger,
  activation: anything,
};

/**
 * Cross-correlation of sequences with filters, computed by `conv2d` on images of one row.
 *
 * Shapes: x [n, c, w], weight [o, c / groups, k], bias [o] -> [n, o, w'], where w' = floor((w + 2 padding - dilation (k
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
  checkOptions<Convolution1dOptions>("conv1d", options, {
    ...rulesOf1d,
    padding: either(nonNegativeInteger, oneOf("same", "valid")),
  });
  const { stride = 1, padding = 0, dilation = 1, groups, activation } = options;
  const y = conv2d(asRow(x), asRow(weight), bias, {
    stride: [1, stride],
    padding: typeof padding === "number" ? [0, padding] : padding,
    dilation: [1, dilation],
    groups,
    activation,
  });
  return reshape(y, [y.shape[0]!, y.shape[1]!, y.shape[3]!]);
}

/** [a, b, w] -> [a, b, 1, w]. */
export function asRow(x: Tensor): Tensor {
  return reshape(x, [x.shape[0]!, x.shape[1]!, 1, x.shape[2]!]);
}
