import type { Backend, Seed, Tensor } from "@evenkeel/tensor";
import { getRandomSource, globalAveragePool, mul, reshape, scope } from "@evenkeel/tensor";
import { aBackend, aSeed, callable, checkOptions } from "@evenkeel/tensor/checks";
import { withNames } from "../module/failure.ts";
import { Module } from "../module/module.ts";
import { ReLU, Sigmoid } from "./activations.ts";
import { Conv2d } from "./convolution.ts";
import { runSequence } from "./fusion.ts";
import { checkInput } from "./layer.ts";

export interface SqueezeExcitationOptions {
  /** Makes the activation of the hidden layer. Default: ReLU. */
  readonly activation?: () => Module;
  /** Makes the activation that the factors of the channels are results of. Default: Sigmoid. */
  readonly scaleActivation?: () => Module;
  readonly seed?: Seed;
  readonly backend?: Backend;
}

/**
 * Multiplies each channel by a factor that two layers compute from the means of all channels (Hu et al. 2018). Members have torchvision's
 * names: `fc1` and `fc2`, 1x1 convolutions.
 *
 * Shapes: [n, channels, h, w] -> the same. Throws ShapeError for other inputs, ArgumentError for sizes that are not positive.
 *
 * @example new SqueezeExcitation(64, 16, { seed: 1 })
 */
export class SqueezeExcitation extends Module {
  readonly fc1: Conv2d;
  readonly fc2: Conv2d;
  readonly activation: Module;
  readonly scaleActivation: Module;

  constructor(channels: number, squeezeChannels: number, options: SqueezeExcitationOptions = {}) {
    super();
    checkOptions<SqueezeExcitationOptions>("SqueezeExcitation", options, {
      activation: callable,
      scaleActivation: callable,
      seed: aSeed,
      backend: aBackend,
    });
    const { activation = () => new ReLU(), scaleActivation = () => new Sigmoid(), backend } = options;
    const shared = { seed: getRandomSource(options.seed), backend };
    this.fc1 = new Conv2d(channels, squeezeChannels, 1, shared);
    this.fc2 = new Conv2d(squeezeChannels, channels, 1, shared);
    this.activation = activation();
    this.scaleActivation = scaleActivation();
  }

  forward(x: Tensor): Tensor {
    checkInput(this, x, ["n", this.fc1.inChannels, "h", "w"]);
    const layers = [this.fc1, this.activation, this.fc2, this.scaleActivation];
    return withNames(this, () =>
      scope(() => {
        const means = reshape(globalAveragePool(x), [...x.shape.slice(0, 2), 1, 1]);
        return mul(x, runSequence(layers, means));
      }),
    );
  }

  override describe(): string {
    return `SqueezeExcitation ${this.fc1.inChannels}, ${this.fc1.outChannels}`;
  }
}
