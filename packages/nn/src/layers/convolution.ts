import type {
  Activation,
  Convolution1dOptions,
  ConvolutionOptions,
  Margin,
  PerDimension,
  Rank,
  Tensor,
} from "@evenkeel/tensor";
import {
  computeConvolutionMargins,
  conv1d,
  conv2d,
  conv3d,
  pad,
  scope,
  squeeze,
  unsqueeze,
} from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import {
  checkOptions,
  checkValue,
  either,
  marginsOf,
  oneOf,
  perDimension,
  positiveInteger,
} from "@evenkeel/tensor/checks";
import type { Parameter } from "../module/variable.ts";
import type { Epilogue } from "./epilogue.ts";
import type { FusedPair, FusibleConv2d } from "./fused-pairs.ts";
import { conv2dAndBatchNorm } from "./fused-pairs.ts";
import { FusingModule } from "./fusion.ts";
import { checkInput } from "./layer.ts";
import type { WeightOptions } from "./weights.ts";
import { makeWeights, weightRules } from "./weights.ts";
import { checkGroups, describeWindow, toList } from "./windows.ts";

export type Geometry<Options> = Omit<Options, "activation">;

/** What surrounds images: zeros, the mirrored image without its edge, the nearest pixel, or the other side. */
export type PaddingMode = "zeros" | "reflect" | "replicate" | "circular";

/** The modes of `pad`. */
const padModes = { reflect: "reflect", replicate: "edge", circular: "wrap" } as const;

export interface PaddingModeOptions {
  /** Default: "zeros". */
  readonly paddingMode?: PaddingMode;
}

/** What distinguishes one kind of convolution from another. */
export interface Kind<Options> {
  readonly name: string;
  readonly dimensions: Rank;
  /** The rules of the options that are not those of every convolution. */
  readonly rules: { readonly [Name in keyof Omit<Required<Geometry<Options>>, keyof SharedGeometry>]: Rule };
  /** Whether the first dimension of the weight is that of the input channels. */
  readonly isTransposed?: boolean;
  /** The operation. */
  run(x: Tensor, weight: Tensor, bias: Tensor | undefined, options: Options): Tensor;
}

export interface SharedGeometry {
  readonly stride?: unknown;
  readonly dilation?: unknown;
  readonly groups?: number;
}

const imageSizes = ["d", "h", "w"];

/** The base class of convolutions: their parameters and options. */
export abstract class Convolution<Options extends SharedGeometry> extends FusingModule {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly inChannels: number;
  readonly outChannels: number;
  /** The options of the operation, such as stride, padding, dilation and groups. */
  readonly geometry: Geometry<Options>;
  readonly paddingMode: PaddingMode;
  private readonly kind: Kind<Options>;

  constructor(
    kind: Kind<Options>,
    inChannels: number,
    outChannels: number,
    kernel: number | readonly number[],
    options: WeightOptions & Geometry<Options> & PaddingModeOptions,
  ) {
    super();
    const { name, dimensions, rules, isTransposed } = kind;
    const size = perDimension(positiveInteger, dimensions);
    const geometry = { stride: size, dilation: size, groups: positiveInteger, ...rules };
    const paddingMode = oneOf("zeros", ...(isTransposed ? [] : Object.keys(padModes)));
    checkOptions<object>(name, options, { ...weightRules, ...geometry, paddingMode });
    checkValue(`${name}: inChannels`, inChannels, positiveInteger);
    checkValue(`${name}: outChannels`, outChannels, positiveInteger);
    checkValue(`${name}: kernel`, kernel, size);
    const { groups = 1 } = options as SharedGeometry;
    checkGroups(name, [inChannels, outChannels], groups);
    const [first, second] = isTransposed ? [inChannels, outChannels] : [outChannels, inChannels];
    const shape = [first, second / groups, ...toList(kernel, dimensions)];
    const { weight, bias } = makeWeights(shape, outChannels, options);
    this.weight = weight;
    this.bias = bias;
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    const given = Object.entries(options).filter(([option]) => Object.hasOwn(geometry, option));
    this.geometry = Object.fromEntries(given) as Geometry<Options>;
    this.paddingMode = options.paddingMode ?? "zeros";
    this.kind = kind;
  }

  /** Whether the first dimension of the weight is that of the input channels. */
  get isTransposed(): boolean {
    return this.kind.isTransposed ?? false;
  }

  forwardWith(x: Tensor, { activation }: Epilogue): Tensor {
    return this.convolve(x, this.weight.value, activation);
  }

  /** The operation with this weight. */
  protected convolve(x: Tensor, weight: Tensor, activation: Activation | undefined): Tensor {
    this.checkInput(x);
    const { kind, geometry, bias, paddingMode } = this;
    const options = { ...geometry, activation } as unknown as Options;
    if (paddingMode === "zeros") return kind.run(x, weight, bias?.value, options);
    const margins = computeConvolutionMargins<Rank>(
      kind.name,
      x.shape.slice(2),
      weight.shape.slice(2),
      geometry as object,
    );
    return scope(() => {
      const surrounded = pad(x, [[0, 0], [0, 0], ...margins], { mode: padModes[paddingMode] });
      return kind.run(surrounded, weight, bias?.value, { ...options, padding: 0 });
    });
  }

  /** Whether the layer is its operation, which can then be part of another one. */
  protected get isPlain(): boolean {
    return this.forwardWith === Convolution.prototype.forwardWith && this.paddingMode === "zeros";
  }

  /** Throws ShapeError unless x has the dimensions and channels of an input. */
  protected checkInput(x: Tensor): void {
    checkInput(this, x, ["n", this.inChannels, ...imageSizes.slice(-this.kind.dimensions)]);
  }

  override describe(): string {
    const { kind, inChannels, outChannels, weight, geometry, paddingMode } = this;
    const mode = paddingMode === "zeros" ? {} : { "padding mode": paddingMode };
    const window = describeWindow(weight.value.shape.slice(2), { ...geometry, ...mode });
    return `${kind.name} ${inChannels} -> ${outChannels}, ${window}`;
  }
}

const makeKind = <Dimensions extends Rank>(
  name: string,
  dimensions: Dimensions,
  run: Kind<ConvolutionOptions<Dimensions>>["run"],
): Kind<ConvolutionOptions<Dimensions>> => ({
  name,
  dimensions,
  run,
  rules: { padding: either(marginsOf(dimensions), oneOf("same", "sameLower", "valid")) },
});

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
    kernel: PerDimension<number, 1>,
    options: WeightOptions & Geometry<Convolution1dOptions> & PaddingModeOptions = {},
  ) {
    super(makeKind("Conv1d", 1, conv1d), inChannels, outChannels, kernel, options);
  }

  /** This layer brings the row: `BatchNorm1d` is of use without convolutions. */
  override get pairs(): readonly FusedPair[] {
    return [conv2dAndBatchNorm];
  }

  override asFusible(): FusibleConv2d | undefined {
    if (!this.isPlain) return undefined;
    const { weight, bias, geometry } = this;
    return {
      kind: "conv2d",
      weight: weight.value,
      bias: bias?.value,
      geometry: toRowGeometry(geometry),
      checkInput: (x) => this.checkInput(x),
      views: { toImages: (x) => unsqueeze(x, 2), fromImages: (y) => squeeze(y, { axis: 2 }) },
    };
  }
}

/** The options of the same convolution of images of one row. */
function toRowGeometry({
  stride,
  padding,
  dilation,
  groups,
}: Geometry<Convolution1dOptions>): Geometry<ConvolutionOptions> {
  const along = <Item>(value: Item | readonly [Item] | undefined, whole: Item): readonly [Item, Item] => [
    whole,
    Array.isArray(value) ? value[0] : (value ?? whole),
  ];
  return {
    stride: along(stride, 1),
    padding: typeof padding === "string" ? padding : along<number | Margin>(padding, 0),
    dilation: along(dilation, 1),
    groups,
  };
}

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
    kernel: PerDimension<number, 2>,
    options: WeightOptions & Geometry<ConvolutionOptions> & PaddingModeOptions = {},
  ) {
    super(makeKind("Conv2d", 2, conv2d), inChannels, outChannels, kernel, options);
  }

  override asFusible(): FusibleConv2d | undefined {
    if (!this.isPlain) return undefined;
    return {
      kind: "conv2d",
      weight: this.weight.value,
      bias: this.bias?.value,
      geometry: this.geometry,
      checkInput: (x) => this.checkInput(x),
    };
  }
}

/**
 * A convolution of volumes.
 *
 * Shapes: [n, inChannels, d, h, w] -> [n, outChannels, d', h', w']; weight [outChannels, inChannels / groups, kd, kh, kw], bias
 * [outChannels]. Throws ArgumentError for groups that do not divide the channels, and invalid sizes.
 *
 * @example new Conv3d(1, 16, 3, { padding: 1, seed: 1 })
 */
export class Conv3d extends Convolution<ConvolutionOptions<3>> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernel: PerDimension<number, 3>,
    options: WeightOptions & Geometry<ConvolutionOptions<3>> & PaddingModeOptions = {},
  ) {
    super(makeKind("Conv3d", 3, conv3d), inChannels, outChannels, kernel, options);
  }
}
