import type { Tensor } from "@evenkeel/tensor";
import { take } from "@evenkeel/tensor";
import { normal } from "../initializers/init.ts";
import { sourceOf } from "../initializers/random-source.ts";
import { Module } from "../module/module.ts";
import { Parameter } from "../module/variable.ts";
import type { WeightOptions } from "./weights.ts";

/**
 * A table of vectors, looked up by index. The first ones are standard normal, as PyTorch's.
 *
 * Shapes: i32 [...] -> [..., size]; weight [count, size].
 *
 * @example new Embedding(10_000, 64, { seed: 1 })
 */
export class Embedding extends Module {
  readonly weight: Parameter;

  constructor(count: number, size: number, options: Omit<WeightOptions, "bias" | "biasInit"> = {}) {
    super();
    const { weightInit = normal(), backend } = options;
    this.weight = new Parameter(weightInit([count, size], { ...sourceOf(options.seed).next(), backend }));
  }

  forward(indices: Tensor): Tensor {
    return take(this.weight.value, indices);
  }
}
