import type { Tensor } from "@evenkeel/tensor";
import { channelShuffle, pixelShuffle, pixelUnshuffle } from "@evenkeel/tensor";
import { checkValue, positiveInteger } from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { compute } from "./layer.ts";

/** The base class of layers with one whole number. */
abstract class Shuffle extends Module {
  private readonly name: string;
  protected readonly count: number;

  constructor(name: string, parameter: string, count: number) {
    super();
    checkValue(`${name}: ${parameter}`, count, positiveInteger);
    this.name = name;
    this.count = count;
  }

  override describe(): string {
    return `${this.name} ${this.count}`;
  }
}

/**
 * Larger images from more channels; see `pixelShuffle`.
 *
 * Shapes: [..., c * factor^2, h, w] -> [..., c, h * factor, w * factor].
 */
export class PixelShuffle extends Shuffle {
  constructor(factor: number) {
    super("PixelShuffle", "factor", factor);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => pixelShuffle(x, this.count));
  }
}

/**
 * More channels from smaller images; see `pixelUnshuffle`.
 *
 * Shapes: [..., c, h * factor, w * factor] -> [..., c * factor^2, h, w].
 */
export class PixelUnshuffle extends Shuffle {
  constructor(factor: number) {
    super("PixelUnshuffle", "factor", factor);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => pixelUnshuffle(x, this.count));
  }
}

/**
 * Mixes the channels of groups; see `channelShuffle`.
 *
 * Shapes: [n, c, ...] -> the same.
 */
export class ChannelShuffle extends Shuffle {
  constructor(groups: number) {
    super("ChannelShuffle", "groups", groups);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => channelShuffle(x, this.count));
  }
}
