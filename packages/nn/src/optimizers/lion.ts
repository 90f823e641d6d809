import type { Value } from "@evenkeel/tensor";
import { e } from "@evenkeel/tensor";
import { checkOptions, fraction, listOf } from "@evenkeel/tensor/checks";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions, Parameterized } from "./optimizer-options.ts";
import { optimizerRules } from "./optimizer-options.ts";
import type { UpdateRule } from "./update-rule.ts";

/** The hyperparameters of Lion; the defaults are those of its authors. */
export interface LionRuleOptions {
  /** The weights of the momentum in the direction, and in the momentum of the next step; default [0.9, 0.99]. */
  readonly betas?: readonly [number, number];
}

/** -1, 0 or 1; NaN stays NaN, so that a gradient that has become invalid is noticed. */
const sign = (x: Value): Value => e.select(e.greater(x, 0), 1, e.select(e.less(x, 0), -1, x));

/** Chen et al. 2023, algorithm 2: the sign of an interpolation of gradient and momentum, with decoupled weight decay. */
export function makeLionRule({ betas: [beta1, beta2] = [0.9, 0.99] }: LionRuleOptions = {}): UpdateRule {
  return {
    settings: { rule: "Lion", beta1, beta2 },
    slots: ["momentum"],
    scalars: ({ learningRate, weightDecay }) => [
      learningRate,
      1 - learningRate * weightDecay,
      1 - beta1,
      1 - beta2,
    ],
    update: (value, [momentum], gradient, [rate, kept, fresh1, fresh2]) => {
      const approach = (fresh: Value) => e.add(momentum!, e.mul(fresh, e.sub(gradient, momentum!)));
      return [e.sub(e.mul(kept!, value), e.mul(rate!, sign(approach(fresh1!)))), approach(fresh2!)];
    },
  };
}

/**
 * Lion: every value moves by the same amount, the learning rate, so a third to a tenth of Adam's fits, and a weight decay as many
 * times larger. The decay is decoupled and by default leaves biases and normalization parameters alone.
 *
 * @throws ArgumentError for an unknown option, a number out of range, and a model without parameters
 * @example const optimizer = new Lion(model, { learningRate: 1e-4, weightDecay: 0.1 });
 */
export class Lion extends Optimizer {
  constructor(model: Parameterized, options: OptimizerOptions & LionRuleOptions) {
    checkOptions<OptimizerOptions & LionRuleOptions>("Lion", options, {
      ...optimizerRules,
      betas: listOf(fraction, 2),
    });
    super(model, makeLionRule(options), options);
  }
}
