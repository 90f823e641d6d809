import type { ResizeOptions, Tensor } from "@evenkeel/tensor";
import { checkResizeOptions, isTensor, resize } from "@evenkeel/tensor";
import { checkOptions, describeValue } from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { checkInput, compute } from "./layer.ts";

/**
 * Images, sequences or volumes in another size; see `resize` for its options, which are those of PyTorch's `Upsample` and
 * `interpolate`.
 *
 * Shapes: [n, c, ...spatial] -> [n, c, ...size]. Throws ArgumentError for options that do not go together.
 *
 * @example new Upsample({ scaleFactor: 2, mode: "linear" })
 */
export class Upsample extends Module {
  readonly options: ResizeOptions;

  constructor(options: ResizeOptions) {
    super();
    checkResizeOptions("Upsample", options);
    this.options = { ...options };
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => resize(x, this.options));
  }

  override describe(): string {
    return `Upsample ${describeTarget(this.options)}, ${this.options.mode ?? "nearest"}`;
  }
}

const describeTarget = ({ size, scaleFactor }: ResizeOptions): string =>
  size === undefined ? `x ${describeValue(scaleFactor)}` : `to ${describeValue(size)}`;

/** The new size of images, or the factor of both axes. */
export type ImageSizeOptions = Pick<ResizeOptions, "size" | "scaleFactor">;

/** The base class of layers that resize images in one way. */
abstract class ImageUpsampling extends Upsample {
  private readonly name: string;

  constructor(name: string, { size, scaleFactor, ...unknown }: ImageSizeOptions, manner: ResizeOptions) {
    checkOptions<object>(name, unknown, {});
    super({ size, scaleFactor, ...manner });
    this.name = name;
  }

  override forward(x: Tensor): Tensor {
    return super.forward(isTensor(x) ? checkInput(this, x, ["n", "c", "h", "w"]) : x);
  }

  override describe(): string {
    return `${this.name} ${describeTarget(this.options)}`;
  }
}

/**
 * Larger images, each pixel that of the input at its place.
 *
 * Shapes: [n, c, h, w] -> [n, c, h', w'].
 *
 * @example new UpsamplingNearest2d({ scaleFactor: 2 })
 */
export class UpsamplingNearest2d extends ImageUpsampling {
  constructor(options: ImageSizeOptions) {
    super("UpsamplingNearest2d", options, { mode: "nearest" });
  }
}

/**
 * Larger images by bilinear interpolation with aligned corners, as PyTorch's layer of this name; `Upsample` does not align them by
 * default.
 *
 * Shapes: [n, c, h, w] -> [n, c, h', w'].
 *
 * @example new UpsamplingBilinear2d({ scaleFactor: 2 })
 */
export class UpsamplingBilinear2d extends ImageUpsampling {
  constructor(options: ImageSizeOptions) {
    super("UpsamplingBilinear2d", options, { mode: "linear", alignCorners: true });
  }
}
