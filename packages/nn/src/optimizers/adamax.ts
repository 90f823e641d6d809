import { e } from "@evenkeel/tensor";
import { belowOne, checkOptions, listOf, positive } from "@evenkeel/tensor/checks";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions, Parameterized } from "./optimizer-options.ts";
import { optimizerRules } from "./optimizer-options.ts";
import type { UpdateRule } from "./update-rule.ts";

/** The hyperparameters of Adamax; the defaults are PyTorch's. */
export interface AdamaxRuleOptions {
  /** The decay rates of the average of the gradient and of its largest magnitude; default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the magnitude of each gradient; positive, so that a gradient of 0 does not divide 0 by 0. Default 1e-8. */
  readonly epsilon?: number;
}

/** Kingma and Ba 2015, section 7.1: Adam with the infinity norm. */
export function makeAdamaxRule({
  betas: [beta1, beta2] = [0.9, 0.999],
  epsilon = 1e-8,
}: AdamaxRuleOptions = {}): UpdateRule {
  return {
    settings: { rule: "Adamax", beta1, beta2, epsilon },
    slots: ["average", "largest"],
    scalars: ({ learningRate, weightDecay, step }) => [
      learningRate / (1 - beta1 ** step),
      weightDecay,
      1 - beta1,
      beta2,
    ],
    update: (value, [average, largest], gradient, [rate, decay, fresh, kept]) => {
      const slope = e.add(gradient, e.mul(decay!, value));
      const first = e.add(average!, e.mul(fresh!, e.sub(slope, average!)));
      const bound = e.max(e.mul(kept!, largest!), e.add(e.abs(slope), epsilon));
      return [e.sub(value, e.mul(rate!, e.div(first, bound))), first, bound];
    },
  };
}

/**
 * Adamax: `torch.optim.Adamax`, except that by default the decay leaves biases and normalization parameters alone
 * (`allDecayed: true` is PyTorch's way).
 *
 * @throws ArgumentError for an unknown option, a negative number or a beta outside of [0, 1), and a model without parameters
 * @example const optimizer = new Adamax(model, { learningRate: 2e-3 });
 */
export class Adamax extends Optimizer {
  constructor(model: Parameterized, options: OptimizerOptions & AdamaxRuleOptions) {
    checkOptions<OptimizerOptions & AdamaxRuleOptions>("Adamax", options, {
      ...optimizerRules,
      betas: listOf(belowOne, 2),
      epsilon: positive,
    });
    super(model, makeAdamaxRule(options), options);
  }
}
