import type { Tensor } from "@evenkeel/tensor";
import { getRandomSource, take } from "@evenkeel/tensor";
import { checkOptions, checkValue, positiveInteger } from "@evenkeel/tensor/checks";
import { normal } from "../initializers/init.ts";
import { checkHostIndices } from "../losses/host-integers.ts";
import { Module } from "../module/module.ts";
import { Parameter } from "../module/variable.ts";
import { compute } from "./layer.ts";
import type { WeightOptions } from "./weights.ts";
import { weightRules } from "./weights.ts";

/**
 * A table of vectors, looked up by index. Its initial values are standard normal, as in PyTorch.
 *
 * Shapes: i32 [...] -> [..., size]; weight [count, size]. Throws ArgumentError for sizes that are not positive. Indices
 * out of range make the next read reject with ArgumentError, as with `take`; indices in the host arrays of a batch of
 * `fit` or `evaluate` are checked at once.
 *
 * @example new Embedding(10_000, 64, { seed: 1 })
 */
export class Embedding extends Module {
  readonly weight: Parameter;

  constructor(count: number, size: number, options: Omit<WeightOptions, "bias" | "biasInit"> = {}) {
    super();
    const { bias, biasInit, ...rules } = weightRules;
    checkOptions<typeof options>("Embedding", options, rules);
    checkValue("Embedding: count", count, positiveInteger);
    checkValue("Embedding: size", size, positiveInteger);
    const { weightInit = normal(), backend } = options;
    this.weight = new Parameter(
      weightInit([count, size], { ...getRandomSource(options.seed).next(), backend }),
    );
  }

  forward(indices: Tensor): Tensor {
    return compute(this, indices, () => {
      checkHostIndices("indices", indices, this.weight.value.shape[0]!);
      return take(this.weight.value, indices);
    });
  }

  override describe(): string {
    const [count, size] = this.weight.value.shape;
    return `Embedding ${count} x ${size}`;
  }
}
