import { e } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { belowOne, checkOptions, listOf, positive, yesOrNo } from "@evenkeel/tensor/checks";
import type { Schedule } from "../schedules/schedule.ts";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions, Parameterized } from "./optimizer-options.ts";
import { optimizerRules } from "./optimizer-options.ts";
import type { UpdateRule } from "./update-rule.ts";
import { describeSetting } from "./update-rule.ts";

/** The hyperparameters of Adam; the defaults are PyTorch's. */
export interface AdamRuleOptions {
  /**
   * The decay rates of the averages of the gradient and of its square; default [0.9, 0.999]. A schedule as the first gives that of
   * each update of a parameter, counted from 0: `oneCycleMomentum`.
   */
  readonly betas?: readonly [number | Schedule, number];
  /** Added to the root of the second average; positive, so that a gradient of 0 does not divide 0 by 0. Default 1e-8. */
  readonly epsilon?: number;
  /** Whether to divide by the largest second average so far instead of the current one (Reddi et al. 2018); default false. */
  readonly amsgrad?: boolean;
}

/** With a beta of 1 an average would stay 0. */
function makeBetasRule(): Rule {
  const numbers = listOf(belowOne, 2);
  return {
    expected: `${numbers.expected}; the first may be a schedule`,
    accepts: (value) => {
      const isScheduled = Array.isArray(value) && typeof value[0] === "function";
      return numbers.accepts(isScheduled ? [0, ...value.slice(1)] : value);
    },
  };
}

const checkAdam = (where: string, options: OptimizerOptions & AdamRuleOptions): void =>
  checkOptions<OptimizerOptions & AdamRuleOptions>(where, options, {
    ...optimizerRules,
    betas: makeBetasRule(),
    epsilon: positive,
    amsgrad: yesOrNo,
  });

/** Kingma and Ba 2015; with `isDecoupled` the decay acts on the value itself (Loshchilov and Hutter 2019). */
export function makeAdamRule(
  { betas: [momentum, beta2] = [0.9, 0.999], epsilon = 1e-8, amsgrad = false }: AdamRuleOptions = {},
  isDecoupled = false,
): UpdateRule {
  return {
    settings: {
      rule: isDecoupled ? "AdamW" : "Adam",
      beta1: describeSetting(momentum),
      beta2,
      epsilon,
      // Runs saved without the option continue without it.
      ...(amsgrad && { amsgrad }),
    },
    slots: ["average", "squareAverage", ...(amsgrad ? ["maxSquareAverage"] : [])],
    scalars: ({ learningRate, weightDecay, step }) => {
      const beta1 = typeof momentum === "number" ? momentum : momentum(step - 1);
      return [
        learningRate / (1 - beta1 ** step),
        isDecoupled ? 1 - learningRate * weightDecay : weightDecay,
        1 - beta1,
        1 - beta2,
        1 / Math.sqrt(1 - beta2 ** step),
      ];
    },
    update: (value, [average, squareAverage, largest], gradient, scalars) => {
      const [rate, decay, fresh1, fresh2, correction] = scalars;
      const slope = isDecoupled ? gradient : e.add(gradient, e.mul(decay!, value));
      const shrunk = isDecoupled ? e.mul(decay!, value) : value;
      const first = e.add(average!, e.mul(fresh1!, e.sub(slope, average!)));
      const second = e.add(squareAverage!, e.mul(fresh2!, e.sub(e.mul(slope, slope), squareAverage!)));
      const bound = largest && e.max(largest, second);
      const denominator = e.add(e.mul(e.sqrt(bound ?? second), correction!), epsilon);
      const next = e.sub(shrunk, e.mul(rate!, e.div(first, denominator)));
      return bound ? [next, first, second, bound] : [next, first, second];
    },
  };
}

/**
 * Adam with L2 weight decay: `torch.optim.Adam`, except that by default the decay leaves biases and normalization
 * parameters alone (`allDecayed: true` is PyTorch's way).
 *
 * @throws ArgumentError for an unknown option, a negative number or a beta outside of [0, 1), and a model without parameters
 * @example const optimizer = new Adam(model, { learningRate: 1e-3 });
 */
export class Adam extends Optimizer {
  constructor(model: Parameterized, options: OptimizerOptions & AdamRuleOptions) {
    checkAdam("Adam", options);
    super(model, makeAdamRule(options), options);
  }
}

/**
 * Adam with decoupled weight decay, 0.01 by default as in `torch.optim.AdamW`; by default it leaves biases and
 * normalization parameters alone (`allDecayed: true` is PyTorch's way).
 *
 * @throws ArgumentError for an unknown option, a negative number or a beta outside of [0, 1), and a model without parameters
 * @example const optimizer = new AdamW(model, { learningRate: 1e-3, weightDecay: 0.05 });
 */
export class AdamW extends Optimizer {
  constructor(model: Parameterized, options: OptimizerOptions & AdamRuleOptions) {
    checkAdam("AdamW", options);
    const { weightDecay = 0.01 } = options;
    super(model, makeAdamRule(options, true), { ...options, weightDecay });
  }
}
