import { e } from "@evenkeel/tensor";
import { belowOne, checkOptions, listOf, nonNegative, positive } from "@evenkeel/tensor/checks";
import { makeRunningProduct } from "../schedules/running-product.ts";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions, Parameterized } from "./optimizer-options.ts";
import { optimizerRules } from "./optimizer-options.ts";
import type { UpdateRule } from "./update-rule.ts";

/** The hyperparameters of NAdam; the defaults are PyTorch's. */
export interface NAdamRuleOptions {
  /** The decay rates of the averages of the gradient and of its square; default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second average; positive, so that a gradient of 0 does not divide 0 by 0. Default 1e-8. */
  readonly epsilon?: number;
  /** How fast the momentum grows from half of the first beta to all of it; default 4e-3. */
  readonly momentumDecay?: number;
}

/** Dozat 2016, algorithm 8, with the growing momentum that PyTorch has. */
export function makeNadamRule({
  betas: [beta1, beta2] = [0.9, 0.999],
  epsilon = 1e-8,
  momentumDecay = 4e-3,
}: NAdamRuleOptions = {}): UpdateRule {
  const computeMomentum = (step: number) => beta1 * (1 - 0.5 * 0.96 ** (step * momentumDecay));
  const computeProduct = makeRunningProduct(computeMomentum);
  return {
    settings: { rule: "NAdam", beta1, beta2, epsilon, momentumDecay },
    slots: ["average", "squareAverage"],
    scalars: ({ learningRate, weightDecay, step }) => {
      const [momentum, next] = [computeMomentum(step), computeMomentum(step + 1)];
      const product = computeProduct(step);
      return [
        (learningRate * (1 - momentum)) / (1 - product),
        (learningRate * next) / (1 - product * next),
        weightDecay,
        1 - beta1,
        1 - beta2,
        1 / Math.sqrt(1 - beta2 ** step),
      ];
    },
    update: (value, [average, squareAverage], gradient, scalars) => {
      const [rate, nextRate, decay, fresh1, fresh2, correction] = scalars;
      const slope = e.add(gradient, e.mul(decay!, value));
      const first = e.add(average!, e.mul(fresh1!, e.sub(slope, average!)));
      const second = e.add(squareAverage!, e.mul(fresh2!, e.sub(e.mul(slope, slope), squareAverage!)));
      const denominator = e.add(e.mul(e.sqrt(second), correction!), epsilon);
      const direction = e.add(e.mul(rate!, slope), e.mul(nextRate!, first));
      return [e.sub(value, e.div(direction, denominator)), first, second];
    },
  };
}

/**
 * Adam with Nesterov's momentum: `torch.optim.NAdam`, except that by default the decay leaves biases and normalization
 * parameters alone (`allDecayed: true` is PyTorch's way).
 *
 * @throws ArgumentError for an unknown option, a negative number or a beta outside of [0, 1), and a model without parameters
 * @example const optimizer = new NAdam(model, { learningRate: 2e-3 });
 */
export class NAdam extends Optimizer {
  constructor(model: Parameterized, options: OptimizerOptions & NAdamRuleOptions) {
    checkOptions<OptimizerOptions & NAdamRuleOptions>("NAdam", options, {
      ...optimizerRules,
      betas: listOf(belowOne, 2),
      epsilon: positive,
      momentumDecay: nonNegative,
    });
    super(model, makeNadamRule(options), options);
  }
}
