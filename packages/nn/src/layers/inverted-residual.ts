import type { Backend, Seed, Tensor } from "@evenkeel/tensor";
import { add, getRandomSource, scope } from "@evenkeel/tensor";
import {
  aBackend,
  aSeed,
  callable,
  checkOptions,
  checkValue,
  oneOf,
  positive,
  positiveInteger,
} from "@evenkeel/tensor/checks";
import { withNames } from "../module/failure.ts";
import { Module } from "../module/module.ts";
import { BatchNorm2d } from "./batch-norm.ts";
import { Conv2dNormActivation } from "./conv-norm-activation.ts";
import type { BatchNormEpilogue } from "./epilogue.ts";
import { isFusing, runLayer, runPair, runSequence } from "./fusion.ts";
import { ReLU6 } from "./hard-activations.ts";
import { Sequential } from "./sequential.ts";

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
    checkOptions<InvertedResidualOptions>("InvertedResidual", options, {
      stride: positiveInteger,
      expansion: positive,
      kernel: positiveInteger,
      activation: callable,
      normalization: oneOf("batch", "none"),
      seed: aSeed,
      backend: aBackend,
    });
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
    return withNames(this, () => (hasShortcut ? scope(() => addShortcut(conv, x)) : conv.forward(x)));
  }
}

/** layers(x) + x, where the last layer adds x if it is a batch norm. */
function addShortcut(layers: Sequential, x: Tensor): Tensor {
  const [front, norm] = layers.modules.slice(-2) as [Module, Module];
  if (layers.forward !== Sequential.prototype.forward || !(norm instanceof BatchNorm2d) || !isFusing(norm)) {
    return add(layers.forward(x), x);
  }
  const inner = runSequence(layers.modules.slice(0, -2), x);
  const epilogue: BatchNormEpilogue = { residual: x };
  return runPair(front, norm, inner, epilogue) ?? runLayer(norm, runLayer(front, inner, {}), epilogue);
}
