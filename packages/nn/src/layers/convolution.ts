import type {
  Convolution1dOptions,
  ConvolutionOptions,
  ConvolutionTransposeOptions,
  NumberOrPair,
  Tensor,
} from "@evenkeel/tensor";
import { ArgumentError, conv1d, conv2d, convTranspose2d } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import {
  checkOptions,
  checkValue,
  describeValue,
  either,
  nonNegativeInteger,
  oneOf,
  positiveInteger,
} from "@evenkeel/tensor/checks";
import type { Parameter } from "../module/variable.ts";
import type { Epilogue } from "./epilogue.ts";
import type { FusibleConv2d } from "./fused-pairs.ts";
import { FusingModule } from "./fusion.ts";
import { checkInput } from "./layer.ts";
import type { WeightOptions } from "./weights.ts";
import { makeWeights, weightRules } from "./weights.ts";
import { checkGroups, describeWindow, margins, sizes, toPair } from "./windows.ts";

type Geometry<Options> = Omit<Options, "activation">;

/** What distinguishes one kind of convolution from another. */
interface Kind<Options> {
  readonly name: string;
  readonly kernel: Rule;
  readonly geometry: { readonly [Name in keyof Required<Geometry<Options>>]: Rule };
  /** Whether the first dimension of the weight is that of the input channels. */
  readonly isTransposed?: boolean;
}

/** The base class of convolutions: their parameters and options. */
export abstract class Convolution<Options extends { readonly groups?: number }> extends FusingModule {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly inChannels: number;
  readonly outChannels: number;
  /** The options of the operation, such as stride, padding, dilation and groups. */
  readonly geometry: Geometry<Options>;
  private readonly kind: Kind<Options>;

  constructor(
    kind: Kind<Options>,
    inChannels: number,
    outChannels: number,
    kernel: NumberOrPair,
    options: WeightOptions & Geometry<Options>,
  ) {
    super();
    const { name, geometry, isTransposed } = kind;
    checkOptions<object>(name, options, { ...weightRules, ...geometry });
    checkValue(`${name}: inChannels`, inChannels, positiveInteger);
    checkValue(`${name}: outChannels`, outChannels, positiveInteger);
    checkValue(`${name}: kernel`, kernel, kind.kernel);
    const { groups = 1 } = options as { readonly groups?: number };
    checkGroups(name, [inChannels, outChannels], groups);
    const [first, second] = isTransposed ? [inChannels, outChannels] : [outChannels, inChannels];
    const window = kind.kernel === positiveInteger ? [kernel as number] : toPair(kernel);
    const { weight, bias } = makeWeights([first, second / groups, ...window], outChannels, options);
    this.weight = weight;
    this.bias = bias;
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    const given = Object.entries(options).filter(([option]) => Object.hasOwn(geometry, option));
    this.geometry = Object.fromEntries(given) as Geometry<Options>;
    this.kind = kind;
  }

  /** Whether the first dimension of the weight is that of the input channels. */
  get isTransposed(): boolean {
    return this.kind.isTransposed ?? false;
  }

  override describe(): string {
    const { kind, inChannels, outChannels, weight, geometry } = this;
    const window = describeWindow(weight.value.shape.slice(2), geometry);
    return `${kind.name} ${inChannels} -> ${outChannels}, ${window}`;
  }
}

const conv1dKind: Kind<Convolution1dOptions> = {
  name: "Conv1d",
  kernel: positiveInteger,
  geometry: {
    stride: positiveInteger,
    padding: /* @__PURE__ */ either(nonNegativeInteger, /* @__PURE__ */ oneOf("same", "valid")),
    dilation: positiveInteger,
    groups: positiveInteger,
  },
};

/**
 * A convolution of sequences.
 *
 * Shapes: [n, inChannels, w] -> [n, outChannels, w']; weight [outChannels, inChannels / groups, kernel], bias [outChannels].
 * Throws ArgumentError for groups that do not divide the channels, and invalid sizes.
 *
 * @example new Conv1d(64, 128, 3, { padding: 1, seed: 1 })
 */
export class Conv1d extends Convolution<Convolution1dOptions> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernel: number,
    options: WeightOptions & Geometry<Convolution1dOptions> = {},
  ) {
    super(conv1dKind, inChannels, outChannels, kernel, options);
  }

  forwardWith(x: Tensor, { activation }: Epilogue): Tensor {
    checkInput(this, x, ["n", this.inChannels, "w"]);
    return conv1d(x, this.weight.value, this.bias?.value, { ...this.geometry, activation });
  }
}

const conv2dKind: Kind<ConvolutionOptions> = {
  name: "Conv2d",
  kernel: sizes,
  geometry: {
    stride: sizes,
    padding: /* @__PURE__ */ either(margins, /* @__PURE__ */ oneOf("same", "valid")),
    dilation: sizes,
    groups: positiveInteger,
  },
};

/**
 * A convolution of images.
 *
 * Shapes: [n, inChannels, h, w] -> [n, outChannels, h', w']; weight [outChannels, inChannels / groups, kh, kw], bias
 * [outChannels]. Throws ArgumentError for groups that do not divide the channels, and invalid sizes.
 *
 * @example new Conv2d(3, 64, 3, { padding: 1, bias: false, seed: 1 })
 */
export class Conv2d extends Convolution<ConvolutionOptions> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernel: NumberOrPair,
    options: WeightOptions & Geometry<ConvolutionOptions> = {},
  ) {
    super(conv2dKind, inChannels, outChannels, kernel, options);
  }

  forwardWith(x: Tensor, { activation }: Epilogue): Tensor {
    this.checkInput(x);
    return conv2d(x, this.weight.value, this.bias?.value, { ...this.geometry, activation });
  }

  override asFusible(): FusibleConv2d | undefined {
    if (this.forwardWith !== Conv2d.prototype.forwardWith) return undefined;
    return {
      kind: "conv2d",
      weight: this.weight.value,
      bias: this.bias?.value,
      geometry: this.geometry,
      checkInput: (x) => this.checkInput(x),
    };
  }

  private checkInput(x: Tensor): void {
    checkInput(this, x, ["n", this.inChannels, "h", "w"]);
  }
}

const convTranspose2dKind: Kind<ConvolutionTransposeOptions> = {
  name: "ConvTranspose2d",
  kernel: sizes,
  geometry: {
    stride: sizes,
    padding: margins,
    outputPadding: margins,
    dilation: sizes,
    groups: positiveInteger,
  },
  isTransposed: true,
};

/**
 * A transposed convolution of images: the gradient of a convolution with respect to its input, with parameters.
 *
 * Shapes: [n, inChannels, h, w] -> [n, outChannels, h', w']; weight [inChannels, outChannels / groups, kh, kw], bias
 * [outChannels]. Throws ArgumentError for groups that do not divide the channels, invalid sizes, and an output
 * padding that is less than neither the stride nor the dilation.
 *
 * @example new ConvTranspose2d(64, 32, 2, { stride: 2, seed: 1 }) // twice the size
 */
export class ConvTranspose2d extends Convolution<ConvolutionTransposeOptions> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernel: NumberOrPair,
    options: WeightOptions & Geometry<ConvolutionTransposeOptions> = {},
  ) {
    super(convTranspose2dKind, inChannels, outChannels, kernel, options);
    const { stride = 1, dilation = 1, outputPadding = 0 } = options;
    const [strides, dilations] = [toPair(stride), toPair(dilation)];
    if (toPair(outputPadding).some((extra, axis) => extra >= Math.max(strides[axis]!, dilations[axis]!))) {
      throw new ArgumentError(
        `ConvTranspose2d: outputPadding: found ${describeValue(outputPadding)}, expected less than the stride, ${describeValue(stride)}, or the dilation, ${describeValue(dilation)}`,
      );
    }
  }

  forwardWith(x: Tensor, { activation }: Epilogue): Tensor {
    checkInput(this, x, ["n", this.inChannels, "h", "w"]);
    return convTranspose2d(x, this.weight.value, this.bias?.value, { ...this.geometry, activation });
  }
}
