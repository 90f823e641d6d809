import type { Backend, Seed, Tensor } from "@evenkeel/tensor";
import { getRandomSource, scope } from "@evenkeel/tensor";
import {
  aBackend,
  aSeed,
  checkOptions,
  checkValue,
  oneOf,
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import { withNames } from "../module/failure.ts";
import { Module } from "../module/module.ts";
import { BatchNorm2d } from "./batch-norm.ts";
import { Conv2d } from "./convolution.ts";
import { checkZeroInit, convolve, makeLastNorm, residualInit } from "./residual.ts";
import { Sequential } from "./sequential.ts";

/** The options of a residual block with a bottleneck. */
export interface BottleneckOptions {
  /** The stride of the 3x3 convolution; default 1. */
  readonly stride?: number;
  /** The number of channels of the 3x3 convolution. Default: a quarter of those of the block. */
  readonly width?: number;
  /** The groups of the 3x3 convolution, as in ResNeXt; default 1. */
  readonly groups?: number;
  /** Default: batch. With `none`, the convolutions have biases. */
  readonly normalization?: "batch" | "none";
  /** Whether the block starts as its shortcut: the scale of its last batch norm is 0. Default: false. */
  readonly zeroInit?: boolean;
  readonly seed?: Seed;
  readonly backend?: Backend;
}

/**
 * A 1x1 convolution to fewer channels, a 3x3 convolution of these, a 1x1 convolution back, and a shortcut (He et al. 2016, figure 5, with the
 * stride at the 3x3 convolution). The last batch norm, the sum and ReLU run as one operation. Members have torchvision's names:
 * `conv1`, `bn1`, ..., `bn3`, `downsample.0`, `downsample.1`.
 *
 * Shapes: [n, inChannels, h, w] -> [n, channels, h / stride, w / stride]. Throws ArgumentError for sizes and options out of range.
 *
 * @example new Bottleneck(256, 512, { stride: 2, seed: 1 })
 */
export class Bottleneck extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d | undefined;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d | undefined;
  readonly conv3: Conv2d;
  readonly bn3: BatchNorm2d | undefined;
  readonly downsample: Sequential | undefined;

  constructor(inChannels: number, channels: number, options: BottleneckOptions = {}) {
    super();
    checkOptions<BottleneckOptions>("Bottleneck", options, {
      stride: positiveInteger,
      width: positiveInteger,
      groups: positiveInteger,
      normalization: oneOf("batch", "none"),
      zeroInit: yesOrNo,
      seed: aSeed,
      backend: aBackend,
    });
    checkZeroInit("Bottleneck", options);
    const { stride = 1, groups = 1, normalization = "batch", backend, width = channels / 4 } = options;
    checkValue("Bottleneck: width", width, positiveInteger);
    const shared = {
      bias: normalization === "none",
      seed: getRandomSource(options.seed),
      backend,
      ...residualInit,
    };
    const norm = (count: number) =>
      normalization === "batch" ? new BatchNorm2d(count, { backend }) : undefined;
    this.conv1 = new Conv2d(inChannels, width, 1, shared);
    this.bn1 = norm(width);
    this.conv2 = new Conv2d(width, width, 3, { stride, groups, padding: 1, ...shared });
    this.bn2 = norm(width);
    this.conv3 = new Conv2d(width, channels, 1, shared);
    this.bn3 = makeLastNorm(channels, options);
    if (stride !== 1 || inChannels !== channels) {
      const projection = new Conv2d(inChannels, channels, 1, { stride, ...shared });
      this.downsample = new Sequential(
        ...[projection, norm(channels)].filter((module) => module !== undefined),
      );
    }
  }

  /** The layers that run one after another, for `foldBatchNorm`. */
  sequences(): readonly (readonly Module[])[] {
    const { conv1, bn1, conv2, bn2, conv3, bn3 } = this;
    return [
      [conv1, bn1],
      [conv2, bn2],
      [conv3, bn3],
    ].flatMap(([convolution, norm]) => (norm ? [[convolution!, norm]] : []));
  }

  forward(x: Tensor): Tensor {
    // The scope immediately frees tensors that no gradient reads.
    const run = () => {
      const narrow = convolve(this.conv1, this.bn1, x);
      const inner = convolve(this.conv2, this.bn2, narrow);
      return convolve(this.conv3, this.bn3, inner, this.downsample ? this.downsample.forward(x) : x);
    };
    return withNames(this, () => scope(run));
  }
}
