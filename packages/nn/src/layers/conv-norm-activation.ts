import type { Backend, Seed } from "@evenkeel/tensor";
import { getRandomSource } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import {
  aBackend,
  anything,
  aSeed,
  checkOptions,
  nullOr,
  oneOf,
  positiveInteger,
} from "@evenkeel/tensor/checks";
import type { Module } from "../module/module.ts";
import { ReLU } from "./activations.ts";
import type { BatchNormLayerOptions } from "./batch-norm.ts";
import { BatchNorm2d } from "./batch-norm.ts";
import { Conv2d } from "./convolution.ts";
import { residualInit } from "./residual.ts";
import { Sequential } from "./sequential.ts";

export interface Conv2dNormActivationOptions {
  /** The size of the kernel; default 3. The padding is half of it. */
  readonly kernel?: number;
  readonly stride?: number;
  readonly dilation?: number;
  readonly groups?: number;
  /** Default: batch. With `none`, the convolution has a bias. */
  readonly normalization?: "batch" | "none";
  /** Options of the batch norm, such as torchvision's momentum of MobileNetV3. */
  readonly batchNorm?: Pick<BatchNormLayerOptions, "epsilon" | "momentum">;
  /** Makes the activation; null for none. Default: ReLU. */
  readonly activation?: (() => Module) | null;
  readonly seed?: Seed;
  readonly backend?: Backend;
}

const aModuleMaker = /* @__PURE__ */ nullOr({
  expected: "a function that makes an activation",
  accepts: (value) => typeof value === "function",
});

export const convNormRules: Rules<Conv2dNormActivationOptions> = {
  kernel: positiveInteger,
  stride: positiveInteger,
  dilation: positiveInteger,
  groups: positiveInteger,
  normalization: /* @__PURE__ */ oneOf("batch", "none"),
  batchNorm: anything,
  activation: aModuleMaker,
  seed: aSeed,
  backend: aBackend,
};

/**
 * A convolution, a batch norm and an activation, with torchvision's names: `0.weight`, `1.weight`, ... They are fused as in every
 * `Sequential`.
 *
 * Shapes: [n, inChannels, h, w] -> [n, outChannels, h / stride, w / stride]. Throws ArgumentError for sizes and options out of range.
 *
 * @example new Conv2dNormActivation(3, 32, { stride: 2, activation: () => new ReLU6(), seed: 1 })
 */
export class Conv2dNormActivation extends Sequential {
  constructor(inChannels: number, outChannels: number, options: Conv2dNormActivationOptions = {}) {
    checkOptions<Conv2dNormActivationOptions>("Conv2dNormActivation", options, convNormRules);
    super(...listLayers(inChannels, outChannels, options));
  }
}

function listLayers(inChannels: number, outChannels: number, options: Conv2dNormActivationOptions): Module[] {
  const { kernel = 3, dilation = 1, normalization = "batch", activation = () => new ReLU() } = options;
  const { stride = 1, groups = 1, batchNorm, backend, seed } = options;
  const hasNorm = normalization === "batch";
  const padding = Math.floor(((kernel - 1) * dilation) / 2);
  const geometry = { stride, padding, dilation, groups };
  return [
    new Conv2d(inChannels, outChannels, kernel, {
      ...geometry,
      bias: !hasNorm,
      seed,
      backend,
      ...residualInit,
    }),
    ...(hasNorm ? [new BatchNorm2d(outChannels, { ...batchNorm, backend })] : []),
    ...(activation ? [activation()] : []),
  ];
}

/**
 * A depthwise convolution, which filters every channel for itself, and a pointwise one, which mixes channels, both with batch norm and
 * activation (Howard et al. 2017, MobileNet). Its layers are those of one sequence: `0.weight`, `1.weight`, `3.weight`, ...
 *
 * Shapes: [n, inChannels, h, w] -> [n, outChannels, h / stride, w / stride]. Throws ArgumentError for sizes and options out of range.
 *
 * @example new DepthwiseSeparableConv2d(32, 64, { stride: 2, seed: 1 })
 */
export class DepthwiseSeparableConv2d extends Sequential {
  constructor(
    inChannels: number,
    outChannels: number,
    options: Omit<Conv2dNormActivationOptions, "groups"> = {},
  ) {
    const { groups, ...rules } = convNormRules;
    checkOptions<typeof options>("DepthwiseSeparableConv2d", options, rules);
    const { kernel, stride, dilation, ...shared } = { ...options, seed: getRandomSource(options.seed) };
    super(
      ...listLayers(inChannels, inChannels, { kernel, stride, dilation, groups: inChannels, ...shared }),
      ...listLayers(inChannels, outChannels, { kernel: 1, ...shared }),
    );
  }
}
