import type { ConvolutionTransposeOptions, PerDimension, Rank } from "@evenkeel/tensor";
import { ArgumentError, convTranspose1d, convTranspose2d, convTranspose3d } from "@evenkeel/tensor";
import {
  describeValue,
  either,
  marginsOf,
  nonNegativeInteger,
  oneOf,
  perDimension,
} from "@evenkeel/tensor/checks";
import type { Geometry, Kind, SharedGeometry } from "./convolution.ts";
import { Convolution } from "./convolution.ts";
import type { WeightOptions } from "./weights.ts";
import { toList } from "./windows.ts";

const makeKind = <Dimensions extends Rank>(
  name: string,
  dimensions: Dimensions,
  run: Kind<ConvolutionTransposeOptions<Dimensions>>["run"],
): Kind<ConvolutionTransposeOptions<Dimensions>> => ({
  name,
  dimensions,
  run,
  rules: {
    padding: either(marginsOf(dimensions), oneOf("same", "sameLower")),
    outputPadding: perDimension(nonNegativeInteger, dimensions),
  },
  isTransposed: true,
});

/** Throws ArgumentError unless the output padding is less than the stride or the dilation. */
function checkOutputPadding(
  name: string,
  dimensions: Rank,
  options: SharedGeometry & { readonly outputPadding?: unknown },
): void {
  const { stride = 1, dilation = 1, outputPadding = 0 } = options;
  const [strides, dilations] = [toList(stride, dimensions), toList(dilation, dimensions)];
  if (
    toList(outputPadding, dimensions).every(
      (extra, axis) => extra < Math.max(strides[axis]!, dilations[axis]!),
    )
  )
    return;
  throw new ArgumentError(
    `${name}: outputPadding: found ${describeValue(outputPadding)}, expected less than the stride, ${describeValue(stride)}, or the dilation, ${describeValue(dilation)}`,
  );
}

/**
 * A transposed convolution of sequences.
 *
 * Shapes: [n, inChannels, w] -> [n, outChannels, w']; weight [inChannels, outChannels / groups, kernel], bias [outChannels].
 * Throws ArgumentError for groups that do not divide the channels, invalid sizes, and an output padding that is less than
 * neither the stride nor the dilation.
 *
 * @example new ConvTranspose1d(64, 32, 4, { stride: 2, padding: 1, seed: 1 }) // twice the length
 */
export class ConvTranspose1d extends Convolution<ConvolutionTransposeOptions<1>> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernel: PerDimension<number, 1>,
    options: WeightOptions & Geometry<ConvolutionTransposeOptions<1>> = {},
  ) {
    super(makeKind("ConvTranspose1d", 1, convTranspose1d), inChannels, outChannels, kernel, options);
    checkOutputPadding("ConvTranspose1d", 1, options);
  }
}

/**
 * A transposed convolution of images: the gradient of a convolution with respect to its input, with parameters.
 *
 * Shapes: [n, inChannels, h, w] -> [n, outChannels, h', w']; weight [inChannels, outChannels / groups, kh, kw], bias
 * [outChannels]. Throws ArgumentError for groups that do not divide the channels, invalid sizes, and an output
 * padding that is less than neither the stride nor the dilation.
 *
 * @example new ConvTranspose2d(64, 32, 2, { stride: 2, seed: 1 }) // twice the size
 */
export class ConvTranspose2d extends Convolution<ConvolutionTransposeOptions<2>> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernel: PerDimension<number, 2>,
    options: WeightOptions & Geometry<ConvolutionTransposeOptions<2>> = {},
  ) {
    super(makeKind("ConvTranspose2d", 2, convTranspose2d), inChannels, outChannels, kernel, options);
    checkOutputPadding("ConvTranspose2d", 2, options);
  }
}

/**
 * A transposed convolution of volumes: the gradient of a convolution with respect to its input, with parameters.
 *
 * Shapes: [n, inChannels, d, h, w] -> [n, outChannels, d', h', w']; weight [inChannels, outChannels / groups, kd, kh, kw], bias
 * [outChannels]. Throws ArgumentError for groups that do not divide the channels, invalid sizes, and an output padding that is
 * less than neither the stride nor the dilation.
 *
 * @example new ConvTranspose3d(64, 32, 2, { stride: 2, seed: 1 }) // twice the size
 */
export class ConvTranspose3d extends Convolution<ConvolutionTransposeOptions<3>> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernel: PerDimension<number, 3>,
    options: WeightOptions & Geometry<ConvolutionTransposeOptions<3>> = {},
  ) {
    super(makeKind("ConvTranspose3d", 3, convTranspose3d), inChannels, outChannels, kernel, options);
    checkOutputPadding("ConvTranspose3d", 3, options);
  }
}
