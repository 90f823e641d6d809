import { Flatten, Linear, type Module, Sequential } from "@evenkeel/nn";
import { getRandomSource } from "@evenkeel/tensor";
import { checkOptions, listOf, positiveInteger } from "@evenkeel/tensor/checks";
import { linearBlock } from "./blocks.ts";
import type { ModelOptions } from "./model-options.ts";
import { modelRules } from "./model-options.ts";

/** The options of a multilayer perceptron. */
export interface MlpOptions extends ModelOptions {
  /** The number of values of a sample; default 784, an image of 28 x 28. */
  readonly inputs?: number;
  /** The widths of the hidden layers; default [256, 128]. */
  readonly hidden?: readonly number[];
}

/**
 * Flattens the input and applies fully connected layers with ReLU between them.
 *
 * Shapes: [n, ...] with `inputs` values for each sample -> [n, classes]. Throws ArgumentError for sizes that are not positive.
 *
 * @example mlp({ inputs: 784, hidden: [100, 100], classes: 10, seed: 1 })
 */
export function mlp(options: MlpOptions = {}): Sequential {
  checkOptions<MlpOptions>("mlp", options, {
    ...modelRules,
    inputs: positiveInteger,
    hidden: listOf(positiveInteger),
  });
  const { inputs = 784, hidden = [256, 128], classes = 10, normalization = "batch", backend } = options;
  const seed = getRandomSource(options.seed);
  const layers: Module[] = [new Flatten()];
  let width = inputs;
  for (const next of hidden) {
    layers.push(...linearBlock(width, next, { normalization, seed, backend }));
    width = next;
  }
  return new Sequential(...layers, new Linear(width, classes, { seed, backend }));
}
