import type { Backend, Seed, Tensor } from "@evenkeel/tensor";
import { ArgumentError, getRandomSource, pad, scope, slice } from "@evenkeel/tensor";
import { aBackend, aSeed, checkOptions, oneOf, positiveInteger, yesOrNo } from "@evenkeel/tensor/checks";
import { withNames } from "../module/failure.ts";
import { Module } from "../module/module.ts";
import { BatchNorm2d } from "./batch-norm.ts";
import { Conv2d } from "./convolution.ts";
import { checkZeroInit, convolve, makeLastNorm, residualInit } from "./residual.ts";
import { Sequential } from "./sequential.ts";

/**
 * How the shortcut adapts the input when a block changes the shape: `projection` is a 1x1 convolution, `padding` takes every
 * second pixel and adds zeros for the new channels (options B and A of He et al. 2016).
 */
export type ResidualShortcut = "projection" | "padding";

/** The options of a residual block. */
export interface BasicBlockOptions {
  /** The stride of the first convolution; default 1. */
  readonly stride?: number;
  /** Default: batch. With `none`, the convolutions have biases. */
  readonly normalization?: "batch" | "none";
  /** Default: projection. */
  readonly shortcut?: ResidualShortcut;
  /** Whether the block starts as its shortcut: the scale of its last batch norm is 0. Default: false. */
  readonly zeroInit?: boolean;
  readonly seed?: Seed;
  readonly backend?: Backend;
}

/**
 * Two 3x3 convolutions and a shortcut. The last batch norm, the sum and ReLU run as one operation. Members have
 * torchvision's names: `conv1`, `bn1`, `conv2`, `bn2`, `downsample.0`, `downsample.1`.
 *
 * Shapes: [n, inChannels, h, w] -> [n, channels, h / stride, w / stride].
 *
 * @example new BasicBlock(64, 128, { stride: 2, seed: 1 })
 */
export class BasicBlock extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d | undefined;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d | undefined;
  readonly downsample: Sequential | undefined;
  private readonly stride: number;
  private readonly newChannels: number;

  constructor(inChannels: number, channels: number, options: BasicBlockOptions = {}) {
    super();
    checkOptions<BasicBlockOptions>("BasicBlock", options, {
      stride: positiveInteger,
      normalization: oneOf("batch", "none"),
      shortcut: oneOf("projection", "padding"),
      zeroInit: yesOrNo,
      seed: aSeed,
      backend: aBackend,
    });
    const { stride = 1, normalization = "batch", shortcut = "projection", backend } = options;
    checkZeroInit("BasicBlock", options);
    const shared = {
      bias: normalization === "none",
      seed: getRandomSource(options.seed),
      backend,
      ...residualInit,
    };
    const norm = () => (normalization === "batch" ? new BatchNorm2d(channels, { backend }) : undefined);
    this.conv1 = new Conv2d(inChannels, channels, 3, { stride, padding: 1, ...shared });
    this.bn1 = norm();
    this.conv2 = new Conv2d(channels, channels, 3, { padding: 1, ...shared });
    this.bn2 = makeLastNorm(channels, options);
    this.stride = stride;
    this.newChannels = channels - inChannels;
    if (shortcut === "padding" && this.newChannels < 0) {
      throw new ArgumentError(
        `BasicBlock: shortcut: found padding from ${inChannels} to ${channels} channels, expected at least as many as before`,
      );
    }
    if (shortcut === "projection" && (stride !== 1 || inChannels !== channels)) {
      const projection = new Conv2d(inChannels, channels, 1, { stride, ...shared });
      this.downsample = new Sequential(...[projection, norm()].filter((module) => module !== undefined));
    }
  }

  /** The layers that run one after another, for `foldBatchNorm`. */
  sequences(): readonly (readonly Module[])[] {
    const { conv1, bn1, conv2, bn2 } = this;
    return bn1 && bn2
      ? [
          [conv1, bn1],
          [conv2, bn2],
        ]
      : [];
  }

  forward(x: Tensor): Tensor {
    // The scope immediately frees tensors that no gradient reads, such as a padded shortcut.
    const run = () => {
      const inner = convolve(this.conv1, this.bn1, x);
      const residual = this.downsample ? this.downsample.forward(x) : this.padShortcut(x);
      return convolve(this.conv2, this.bn2, inner, residual);
    };
    return withNames(this, () => scope(run));
  }

  /** Every `stride`-th pixel, and zeros for the new channels. */
  private padShortcut(x: Tensor): Tensor {
    const { stride, newChannels } = this;
    const picked = stride === 1 ? x : slice(x, { begin: [], step: [1, 1, stride, stride] });
    if (newChannels === 0) return picked;
    return pad(picked, [
      [0, 0],
      [0, newChannels],
      [0, 0],
      [0, 0],
    ]);
  }
}
