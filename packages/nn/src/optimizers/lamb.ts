import type { Value } from "@evenkeel/tensor";
import { e } from "@evenkeel/tensor";
import { belowOne, checkOptions, listOf, positive, yesOrNo } from "@evenkeel/tensor/checks";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions, Parameterized } from "./optimizer-options.ts";
import { optimizerRules } from "./optimizer-options.ts";
import { computeTrustRatio } from "./trust-ratio.ts";
import type { RuleChoice, UpdateRule } from "./update-rule.ts";

/** The hyperparameters of LAMB; the defaults are those of its authors. */
export interface LAMBRuleOptions {
  /** The decay rates of the averages of the gradient and of its square; default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second average; positive, so that a gradient of 0 does not divide 0 by 0. Default 1e-6. */
  readonly epsilon?: number;
  /** Whether the rate of biases and normalization parameters is adapted to their norm too; default false, as its authors trained. */
  readonly allAdapted?: boolean;
}

/** You et al. 2020, algorithm 2, with the identity as phi. */
function makeLambRule(
  { betas: [beta1, beta2] = [0.9, 0.999], epsilon = 1e-6 }: LAMBRuleOptions,
  isAdapted: boolean,
): UpdateRule {
  const advance = (
    value: Value,
    [average, squareAverage]: readonly Value[],
    gradient: Value,
    [, decay, fresh1, fresh2, correction1, correction2]: readonly Value[],
  ) => {
    const first = e.add(average!, e.mul(fresh1!, e.sub(gradient, average!)));
    const second = e.add(squareAverage!, e.mul(fresh2!, e.sub(e.mul(gradient, gradient), squareAverage!)));
    const denominator = e.add(e.mul(e.sqrt(second), correction2!), epsilon);
    const adaptive = e.div(e.mul(first, correction1!), denominator);
    return { first, second, direction: e.add(adaptive, e.mul(decay!, value)) };
  };
  return {
    slots: ["average", "squareAverage"],
    scalars: ({ learningRate, weightDecay, step }) => [
      learningRate,
      weightDecay,
      1 - beta1,
      1 - beta2,
      1 / (1 - beta1 ** step),
      1 / Math.sqrt(1 - beta2 ** step),
    ],
    ...(isAdapted && {
      whole: {
        direction: (value, slots, gradient, scalars) => advance(value, slots, gradient, scalars).direction,
        compute: (direction, value) => computeTrustRatio(direction, value),
      },
    }),
    update: (value, slots, gradient, scalars, ratio) => {
      const { first, second, direction } = advance(value, slots, gradient, scalars);
      const rate = ratio === undefined ? scalars[0]! : e.mul(scalars[0]!, ratio);
      return [e.sub(value, e.mul(rate, direction)), first, second];
    },
  };
}

/** One rule for parameters whose rate is adapted to their norm, and one for the others. */
function makeLambRules(options: LAMBRuleOptions): RuleChoice {
  const { betas: [beta1, beta2] = [0.9, 0.999], epsilon = 1e-6, allAdapted = false } = options;
  const [adapted, plain] = [makeLambRule(options, true), makeLambRule(options, false)];
  return {
    settings: { rule: "LAMB", beta1, beta2, epsilon, allAdapted },
    choose: (_, { isDecayed }) => (isDecayed || allAdapted ? adapted : plain),
  };
}

/**
 * LAMB, Adam for large batches: the learning rate of each parameter is multiplied by the ratio of its norm to that of its update.
 * Decay and adaptation by default leave biases and normalization parameters alone.
 *
 * @throws ArgumentError for an unknown option, a negative number or a beta outside of [0, 1), and a model without parameters
 * @example const optimizer = new LAMB(model, { learningRate: 2e-3, weightDecay: 0.01 });
 */
export class LAMB extends Optimizer {
  constructor(model: Parameterized, options: OptimizerOptions & LAMBRuleOptions) {
    checkOptions<OptimizerOptions & LAMBRuleOptions>("LAMB", options, {
      ...optimizerRules,
      betas: listOf(belowOne, 2),
      epsilon: positive,
      allAdapted: yesOrNo,
    });
    super(model, makeLambRules(options), options);
  }
}
