import type { Backend, Tensor } from "@evenkeel/tensor";
import { full, prelu } from "@evenkeel/tensor";
import { aBackend, checkOptions, checkValue, finite, positiveInteger } from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { Parameter } from "../module/variable.ts";
import { compute } from "./layer.ts";

export interface PReLUOptions {
  /** The initial slope below 0. Default: 0.25 (He et al. 2015). */
  readonly init?: number;
  readonly backend?: Backend | undefined;
}

/**
 * x above 0, weight * x below it, where the weight is trained: one for all values, or one for each channel. Weight decay
 * leaves it alone, because it would turn the layer into ReLU.
 *
 * Shapes: [n, channels, ...] -> the same; weight [channels], or [1] for inputs of any shape. Throws ArgumentError unless the number of
 * channels is a positive integer.
 *
 * @example new PReLU(64)
 */
export class PReLU extends Module {
  readonly weight: Parameter;

  constructor(channels = 1, options: PReLUOptions = {}) {
    super();
    checkValue("PReLU: channels", channels, positiveInteger);
    checkOptions<PReLUOptions>("PReLU", options, { init: finite, backend: aBackend });
    const { init = 0.25, backend } = options;
    this.weight = new Parameter(full([channels], init, { backend }), { decayed: false });
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => prelu(x, this.weight.value));
  }

  override describe(): string {
    return `PReLU ${this.weight.value.size}`;
  }
}
