import type { AdaptiveSize, Rank, Tensor } from "@evenkeel/tensor";
import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from "@evenkeel/tensor";
import { checkValue, nullOr, perDimension, positiveInteger } from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { compute } from "./layer.ts";

/** The base class of pooling layers whose output has one size, whatever that of the input. */
abstract class AdaptivePool<Dimensions extends Rank> extends Module {
  readonly size: AdaptiveSize<Dimensions>;
  private readonly name: string;
  private readonly rank: Dimensions;

  constructor(name: string, rank: Dimensions, size: AdaptiveSize<Dimensions>) {
    super();
    checkValue(`${name}: size`, size, perDimension(nullOr(positiveInteger), rank));
    this.name = name;
    this.rank = rank;
    this.size = size;
  }

  override describe(): string {
    const sizes = Array.isArray(this.size) ? this.size : new Array(this.rank).fill(this.size);
    return `${this.name} ${sizes.map((size) => size ?? "all").join("x")}`;
  }
}

/**
 * The mean of as many windows of sequences as are asked for; null stands for as many as there are positions.
 *
 * Shapes: [n, c, w] -> [n, c, windows]. Throws ArgumentError for invalid sizes.
 *
 * @example new AdaptiveAvgPool1d(7)
 */
export class AdaptiveAvgPool1d extends AdaptivePool<1> {
  constructor(size: AdaptiveSize<1>) {
    super("AdaptiveAvgPool1d", 1, size);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => adaptiveAvgPool1d(x, this.size));
  }
}

/**
 * The mean of as many windows of images as are asked for; null stands for as many as there are positions.
 *
 * Shapes: [n, c, h, w] -> [n, c, rows, columns]. Throws ArgumentError for invalid sizes.
 *
 * @example new AdaptiveAvgPool2d([7, null])
 */
export class AdaptiveAvgPool2d extends AdaptivePool<2> {
  constructor(size: AdaptiveSize<2>) {
    super("AdaptiveAvgPool2d", 2, size);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => adaptiveAvgPool2d(x, this.size));
  }
}

/**
 * The mean of as many windows of volumes as are asked for; null stands for as many as there are positions.
 *
 * Shapes: [n, c, d, h, w] -> [n, c, planes, rows, columns]. Throws ArgumentError for invalid sizes.
 *
 * @example new AdaptiveAvgPool3d(1)
 */
export class AdaptiveAvgPool3d extends AdaptivePool<3> {
  constructor(size: AdaptiveSize<3>) {
    super("AdaptiveAvgPool3d", 3, size);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => adaptiveAvgPool3d(x, this.size));
  }
}

/**
 * The maximum of as many windows of sequences as are asked for; null stands for as many as there are positions.
 *
 * Shapes: [n, c, w] -> [n, c, windows]. Throws ArgumentError for invalid sizes.
 *
 * @example new AdaptiveMaxPool1d(7)
 */
export class AdaptiveMaxPool1d extends AdaptivePool<1> {
  constructor(size: AdaptiveSize<1>) {
    super("AdaptiveMaxPool1d", 1, size);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => adaptiveMaxPool1d(x, this.size));
  }
}

/**
 * The maximum of as many windows of images as are asked for; null stands for as many as there are positions.
 *
 * Shapes: [n, c, h, w] -> [n, c, rows, columns]. Throws ArgumentError for invalid sizes.
 *
 * @example new AdaptiveMaxPool2d([7, null])
 */
export class AdaptiveMaxPool2d extends AdaptivePool<2> {
  constructor(size: AdaptiveSize<2>) {
    super("AdaptiveMaxPool2d", 2, size);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => adaptiveMaxPool2d(x, this.size));
  }
}

/**
 * The maximum of as many windows of volumes as are asked for; null stands for as many as there are positions.
 *
 * Shapes: [n, c, d, h, w] -> [n, c, planes, rows, columns]. Throws ArgumentError for invalid sizes.
 *
 * @example new AdaptiveMaxPool3d(1)
 */
export class AdaptiveMaxPool3d extends AdaptivePool<3> {
  constructor(size: AdaptiveSize<3>) {
    super("AdaptiveMaxPool3d", 3, size);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => adaptiveMaxPool3d(x, this.size));
  }
}
