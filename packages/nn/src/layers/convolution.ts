import type {
  Convolution1dOptions,
  ConvolutionOptions,
  ConvolutionTransposeOptions,
  NumberOrPair,
  Tensor,
} from "@evenkeel/tensor";
import { ArgumentError, conv1d, conv2d, convTranspose2d } from "@evenkeel/tensor";
import type { Parameter } from "../module/variable.ts";
import type { Epilogue } from "./fusion.ts";
import { FusingModule } from "./fusion.ts";
import type { WeightOptions } from "./weights.ts";
import { makeWeights } from "./weights.ts";

type Geometry<Options> = Omit<Options, "activation">;

const pairOf = (size: NumberOrPair): readonly [number, number] =>
  typeof size === "number" ? [size, size] : size;

/** Throws ArgumentError unless all are positive integers. */
function checkSizes(sizes: { readonly [name: string]: readonly number[] }): void {
  for (const [name, values] of Object.entries(sizes)) {
    for (const value of values) {
      if (!(Number.isSafeInteger(value) && value > 0)) {
        throw new ArgumentError(`${name}: found ${value}, expected a positive integer`);
      }
    }
  }
}

/** Channels of one group. Throws ArgumentError unless the groups divide them. */
function channelsPerGroup(channels: number, groups = 1): number {
  if (!Number.isInteger(channels / groups)) {
    throw new ArgumentError(`groups: found ${groups} for ${channels} channels, expected a divisor`);
  }
  return channels / groups;
}

/**
 * A convolution of sequences.
 *
 * Shapes: [n, inChannels, w] -> [n, outChannels, w']; weight [outChannels, inChannels / groups, kernel], bias [outChannels].
 * Throws ArgumentError for groups that do not divide the channels, and sizes that are not positive.
 *
 * @example new Conv1d(64, 128, 3, { padding: 1, seed: 1 })
 */
export class Conv1d extends FusingModule {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  private readonly geometry: Geometry<Convolution1dOptions>;

  constructor(
    inChannels: number,
    outChannels: number,
    kernel: number,
    options: WeightOptions & Geometry<Convolution1dOptions> = {},
  ) {
    super();
    const { stride, padding, dilation, groups } = options;
    checkSizes({ inChannels: [inChannels], outChannels: [outChannels], kernel: [kernel] });
    channelsPerGroup(outChannels, groups);
    const shape = [outChannels, channelsPerGroup(inChannels, groups), kernel];
    const { weight, bias } = makeWeights(shape, outChannels, options);
    this.weight = weight;
    this.bias = bias;
    this.geometry = { stride, padding, dilation, groups };
  }

  forwardWith(x: Tensor, { activation }: Epilogue): Tensor {
    return conv1d(x, this.weight.value, this.bias?.value, { ...this.geometry, activation });
  }
}

/**
 * A convolution of images.
 *
 * Shapes: [n, inChannels, h, w] -> [n, outChannels, h', w']; weight [outChannels, inChannels / groups, kh, kw], bias
 * [outChannels]. Throws ArgumentError for groups that do not divide the channels, and sizes that are not positive.
 *
 * @example new Conv2d(3, 64, 3, { padding: 1, bias: false, seed: 1 })
 */
export class Conv2d extends FusingModule {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  /** Stride, padding, dilation and groups. */
  readonly geometry: Geometry<ConvolutionOptions>;

  constructor(
    inChannels: number,
    outChannels: number,
    kernel: NumberOrPair,
    options: WeightOptions & Geometry<ConvolutionOptions> = {},
  ) {
    super();
    const { stride, padding, dilation, groups } = options;
    checkSizes({ inChannels: [inChannels], outChannels: [outChannels], kernel: pairOf(kernel) });
    channelsPerGroup(outChannels, groups);
    const shape = [outChannels, channelsPerGroup(inChannels, groups), ...pairOf(kernel)];
    const { weight, bias } = makeWeights(shape, outChannels, options);
    this.weight = weight;
    this.bias = bias;
    this.geometry = { stride, padding, dilation, groups };
  }

  forwardWith(x: Tensor, { activation }: Epilogue): Tensor {
    return conv2d(x, this.weight.value, this.bias?.value, { ...this.geometry, activation });
  }
}

/**
 * A transposed convolution of images: the gradient of a convolution by its input, with parameters.
 *
 * Shapes: [n, inChannels, h, w] -> [n, outChannels, h', w']; weight [inChannels, outChannels / groups, kh, kw], bias
 * [outChannels]. Throws ArgumentError for groups that do not divide the channels, and sizes that are not positive.
 *
 * @example new ConvTranspose2d(64, 32, 2, { stride: 2, seed: 1 }) // twice the size
 */
export class ConvTranspose2d extends FusingModule {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  private readonly geometry: Geometry<ConvolutionTransposeOptions>;

  constructor(
    inChannels: number,
    outChannels: number,
    kernel: NumberOrPair,
    options: WeightOptions & Geometry<ConvolutionTransposeOptions> = {},
  ) {
    super();
    const { stride, padding, outputPadding, dilation, groups } = options;
    checkSizes({ inChannels: [inChannels], outChannels: [outChannels], kernel: pairOf(kernel) });
    channelsPerGroup(inChannels, groups);
    const shape = [inChannels, channelsPerGroup(outChannels, groups), ...pairOf(kernel)];
    const { weight, bias } = makeWeights(shape, outChannels, options);
    this.weight = weight;
    this.bias = bias;
    this.geometry = { stride, padding, outputPadding, dilation, groups };
  }

  forwardWith(x: Tensor, { activation }: Epilogue): Tensor {
    return convTranspose2d(x, this.weight.value, this.bias?.value, { ...this.geometry, activation });
  }
}
