import type { Backend, Seed, Tensor } from "@evenkeel/tensor";
import { getRandomSource } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import {
  aBackend,
  anything,
  aSeed,
  callable,
  checkOptions,
  checkValue,
  nullOr,
  oneOf,
  positive,
  positiveInteger,
} from "@evenkeel/tensor/checks";
import { withNames } from "../module/failure.ts";
import { Module } from "../module/module.ts";
import { ReLU } from "./activations.ts";
import type { Conv2dNormActivationOptions } from "./conv-norm-activation.ts";
import { Conv2dNormActivation } from "./conv-norm-activation.ts";
import { Hardsigmoid, ReLU6 } from "./hard-activations.ts";
import { Sequential } from "./sequential.ts";
import { runWithShortcut } from "./shortcut.ts";
import { SqueezeExcitation } from "./squeeze-excitation.ts";

export interface InvertedResidualOptions {
  /** The stride of the depthwise convolution; default 1. */
  readonly stride?: number;
  /** How many times more channels the depthwise convolution has than the input; default 6. With 1 no convolution expands it. */
  readonly expansion?: number;
  /** The size of the depthwise kernel; default 3. */
  readonly kernel?: number;
  /** Makes the activations. Default: ReLU6. */
  readonly activation?: () => Module;
  /** Default: batch. With `none`, the convolutions have biases. */
  readonly normalization?: "batch" | "none";
  readonly seed?: Seed;
  readonly backend?: Backend;
}

const invertedRules: Rules<InvertedResidualOptions> = {
  stride: positiveInteger,
  expansion: positive,
  kernel: positiveInteger,
  activation: callable,
  normalization: /* @__PURE__ */ oneOf("batch", "none"),
  seed: aSeed,
  backend: aBackend,
};

/**
 * A 1x1 convolution to more channels, a depthwise convolution of these, a 1x1 convolution to fewer without an activation, and a
 * shortcut where the shape stays (Sandler et al. 2018, MobileNetV2). The last batch norm also adds the shortcut. Members have
 * torchvision's names: `conv.0.0.weight`, ..., `conv.2.weight`, `conv.3.weight`.
 *
 * Shapes: [n, inChannels, h, w] -> [n, outChannels, h / stride, w / stride]. Throws ArgumentError for sizes and options out of range.
 *
 * @example new InvertedResidual(24, 32, { stride: 2, seed: 1 })
 */
export class InvertedResidual extends Module {
  readonly conv: Sequential;
  private readonly hasShortcut: boolean;

  constructor(inChannels: number, outChannels: number, options: InvertedResidualOptions = {}) {
    super();
    checkOptions<InvertedResidualOptions>("InvertedResidual", options, invertedRules);
    checkValue("InvertedResidual: inChannels", inChannels, positiveInteger);
    const { stride = 1, expansion = 6, kernel = 3, activation = () => new ReLU6(), ...others } = options;
    const shared = { ...others, seed: getRandomSource(options.seed) };
    const hidden = Math.round(inChannels * expansion);
    const pointwise = { ...shared, kernel: 1 };
    const layers: Module[] = [];
    if (expansion !== 1) {
      layers.push(new Conv2dNormActivation(inChannels, hidden, { ...pointwise, activation }));
    }
    const depthwise = { ...shared, kernel, stride, groups: hidden, activation };
    layers.push(new Conv2dNormActivation(hidden, hidden, depthwise));
    layers.push(...new Conv2dNormActivation(hidden, outChannels, { ...pointwise, activation: null }).modules);
    this.conv = new Sequential(...layers);
    this.hasShortcut = stride === 1 && inChannels === outChannels;
  }

  forward(x: Tensor): Tensor {
    const { conv, hasShortcut } = this;
    return withNames(this, () => (hasShortcut ? runWithShortcut(conv, x) : conv.forward(x)));
  }
}

export interface SqueezedInvertedResidualOptions extends Omit<InvertedResidualOptions, "expansion"> {
  /** The number of channels of the depthwise convolution. Default: as many as the input has; then no convolution expands it. */
  readonly hidden?: number;
  /** The hidden channels of a squeeze-and-excitation after the depthwise convolution; null for none, which is the default. */
  readonly squeeze?: number | null;
  /** Options of the batch norms. */
  readonly batchNorm?: Conv2dNormActivationOptions["batchNorm"];
}

/**
 * The block of MobileNetV3 (Howard et al. 2019): an inverted residual with a squeeze-and-excitation whose factors are a hard sigmoid, and
 * with ReLU or `Hardswish`. Members have torchvision's names: `block.0.0.weight`, ..., `block.2.fc1.weight`, ...
 *
 * Shapes: [n, inChannels, h, w] -> [n, outChannels, h / stride, w / stride]. Throws ArgumentError for sizes and options out of range.
 *
 * @example new SqueezedInvertedResidual(24, 40, { hidden: 72, kernel: 5, stride: 2, squeeze: 24, seed: 1 })
 */
export class SqueezedInvertedResidual extends Module {
  readonly block: Sequential;
  private readonly hasShortcut: boolean;

  constructor(inChannels: number, outChannels: number, options: SqueezedInvertedResidualOptions = {}) {
    super();
    const { expansion, ...rules } = invertedRules;
    checkOptions<SqueezedInvertedResidualOptions>("SqueezedInvertedResidual", options, {
      ...rules,
      hidden: positiveInteger,
      squeeze: nullOr(positiveInteger),
      batchNorm: anything,
    });
    const {
      hidden = inChannels,
      squeeze,
      stride = 1,
      kernel = 3,
      activation = () => new ReLU(),
      ...others
    } = options;
    const shared = { ...others, seed: getRandomSource(options.seed) };
    const { backend, seed } = shared;
    const layers: Module[] = [];
    if (hidden !== inChannels) {
      layers.push(new Conv2dNormActivation(inChannels, hidden, { ...shared, kernel: 1, activation }));
    }
    layers.push(
      new Conv2dNormActivation(hidden, hidden, { ...shared, kernel, stride, groups: hidden, activation }),
    );
    if (squeeze) {
      const scaleActivation = () => new Hardsigmoid();
      layers.push(new SqueezeExcitation(hidden, squeeze, { scaleActivation, seed, backend }));
    }
    layers.push(new Conv2dNormActivation(hidden, outChannels, { ...shared, kernel: 1, activation: null }));
    this.block = new Sequential(...layers);
    this.hasShortcut = stride === 1 && inChannels === outChannels;
  }

  forward(x: Tensor): Tensor {
    const { block, hasShortcut } = this;
    return withNames(this, () => (hasShortcut ? runWithShortcut(block, x) : block.forward(x)));
  }
}
