import { e } from "@evenkeel/tensor";
import { belowOne, checkOptions, listOf, positive } from "@evenkeel/tensor/checks";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions, Parameterized } from "./optimizer-options.ts";
import { optimizerRules } from "./optimizer-options.ts";
import type { UpdateRule } from "./update-rule.ts";

/** The hyperparameters of RAdam; the defaults are PyTorch's. */
export interface RAdamRuleOptions {
  /** The decay rates of the averages of the gradient and of its square; default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second average; positive, so that a gradient of 0 does not divide 0 by 0. Default 1e-8. */
  readonly epsilon?: number;
}

/**
 * Liu et al. 2020, algorithm 2. The first steps, in which the variance of the second average is unknown, follow the momentum alone:
 * of the two rates one is always 0.
 */
export function makeRadamRule({
  betas: [beta1, beta2] = [0.9, 0.999],
  epsilon = 1e-8,
}: RAdamRuleOptions = {}): UpdateRule {
  return {
    settings: { rule: "RAdam", beta1, beta2, epsilon },
    slots: ["average", "squareAverage"],
    scalars: ({ learningRate, weightDecay, step }) => {
      const rate = learningRate / (1 - beta1 ** step);
      const rectification = computeRectification(beta2, step);
      const adaptive = (rectification ?? 0) * Math.sqrt(1 - beta2 ** step);
      return [rectification === undefined ? rate : 0, rate * adaptive, weightDecay, 1 - beta1, 1 - beta2];
    },
    update: (value, [average, squareAverage], gradient, [plainRate, rate, decay, fresh1, fresh2]) => {
      const slope = e.add(gradient, e.mul(decay!, value));
      const first = e.add(average!, e.mul(fresh1!, e.sub(slope, average!)));
      const second = e.add(squareAverage!, e.mul(fresh2!, e.sub(e.mul(slope, slope), squareAverage!)));
      const factor = e.add(plainRate!, e.div(rate!, e.add(e.sqrt(second), epsilon)));
      return [e.sub(value, e.mul(factor, first)), first, second];
    },
  };
}

/** The paper's r_t, undefined where the length rho_t of the average is at most 5: PyTorch's bound, where the paper has 4. */
function computeRectification(beta2: number, step: number): number | undefined {
  const limit = 2 / (1 - beta2) - 1;
  const power = beta2 ** step;
  const length = limit - (2 * step * power) / (1 - power);
  if (!(length > 5)) return undefined;
  return Math.sqrt(((length - 4) * (length - 2) * limit) / ((limit - 4) * (limit - 2) * length));
}

/**
 * Rectified Adam: `torch.optim.RAdam`, except that by default the decay leaves biases and normalization parameters alone
 * (`allDecayed: true` is PyTorch's way).
 *
 * @throws ArgumentError for an unknown option, a negative number or a beta outside of [0, 1), and a model without parameters
 * @example const optimizer = new RAdam(model, { learningRate: 1e-3 });
 */
export class RAdam extends Optimizer {
  constructor(model: Parameterized, options: OptimizerOptions & RAdamRuleOptions) {
    checkOptions<OptimizerOptions & RAdamRuleOptions>("RAdam", options, {
      ...optimizerRules,
      betas: listOf(belowOne, 2),
      epsilon: positive,
    });
    super(model, makeRadamRule(options), options);
  }
}
