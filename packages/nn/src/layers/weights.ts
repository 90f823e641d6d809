import type { Backend, Seed, Shape } from "@evenkeel/tensor";
import { getRandomSource } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import { aBackend, aSeed, callable, yesOrNo } from "@evenkeel/tensor/checks";
import type { Initializer } from "../initializers/init.ts";
import { computeFans, defaultWeight, symmetric } from "../initializers/init.ts";
import { Parameter } from "../module/variable.ts";

/** The options for the parameters of a layer. */
export interface WeightOptions {
  /** Default: true. */
  readonly bias?: boolean;
  /** A number, or a random source that several layers share. Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed;
  /** Default: PyTorch's, kaimingUniform with slope sqrt(5). */
  readonly weightInit?: Initializer;
  /** Default: PyTorch's, uniform within 1 / sqrt(fanIn). */
  readonly biasInit?: Initializer;
  /** Default: the one that `selectBackend` opened. */
  readonly backend?: Backend;
}

export const weightRules: Rules<WeightOptions> = {
  bias: yesOrNo,
  seed: aSeed,
  weightInit: callable,
  biasInit: callable,
  backend: aBackend,
};

/** The weight, and a bias of `biasSize` values unless it is switched off. */
export function makeWeights(
  shape: Shape,
  biasSize: number,
  options: WeightOptions,
): { readonly weight: Parameter; readonly bias: Parameter | undefined } {
  const { bias = true, weightInit = defaultWeight, biasInit = makeBias(shape), backend } = options;
  const random = getRandomSource(options.seed);
  // Both keys are always drawn, so that the weight is the same with and without a bias.
  const [weightKey, biasKey] = [random.next(), random.next()];
  const weight = new Parameter(weightInit(shape, { ...weightKey, backend }));
  if (!bias) return { weight, bias: undefined };
  return {
    weight,
    bias: new Parameter(biasInit([biasSize], { ...biasKey, backend }), { decayed: false }),
  };
}

/** Draws a bias within 1 / sqrt(fanIn) of the weight. */
function makeBias(weightShape: Shape): Initializer {
  const bound = 1 / Math.sqrt(Math.max(1, computeFans(weightShape).fanIn));
  return (shape, draw) => symmetric(shape, bound, draw);
}
