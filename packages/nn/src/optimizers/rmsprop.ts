import type { Value } from "@evenkeel/tensor";
import { e } from "@evenkeel/tensor";
import { checkOptions, fraction, nonNegative, positive, yesOrNo } from "@evenkeel/tensor/checks";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions, Parameterized } from "./optimizer-options.ts";
import { optimizerRules } from "./optimizer-options.ts";
import type { UpdateRule } from "./update-rule.ts";

/** The hyperparameters of RMSprop; the defaults are PyTorch's. */
export interface RMSpropRuleOptions {
  /** The decay rate of the average of the squared gradient; default 0.99. */
  readonly alpha?: number;
  /** Added to the root of the average; positive, so that a gradient of 0 does not divide 0 by 0. Default 1e-8. */
  readonly epsilon?: number;
  /** Default 0. */
  readonly momentum?: number;
  /** Whether to divide by the standard deviation of the gradient instead of its root mean square; default false. */
  readonly centered?: boolean;
}

/** Hinton's lecture 6e of 2012, and Graves 2013 for the centered form; epsilon outside of the root, as in PyTorch. */
export function makeRmspropRule({
  alpha = 0.99,
  epsilon = 1e-8,
  momentum = 0,
  centered = false,
}: RMSpropRuleOptions = {}): UpdateRule {
  const averageSlots = centered ? ["variance", "average"] : ["squareAverage"];
  const slots = [...averageSlots, ...(momentum > 0 ? ["momentum"] : [])];
  return {
    settings: { rule: "RMSprop", alpha, epsilon, momentum, centered },
    slots,
    scalars: ({ learningRate, weightDecay }) => [learningRate, weightDecay],
    update: (value, state, gradient, [rate, decay]) => {
      const slope = e.add(gradient, e.mul(decay!, value));
      const averages = centered
        ? centeredAverages(state[0]!, state[1]!, slope, alpha)
        : [e.add(e.mul(alpha, state[0]!), e.mul(1 - alpha, e.mul(slope, slope)))];
      const direction = e.div(slope, e.add(e.sqrt(averages[0]!), epsilon));
      if (momentum === 0) return [e.sub(value, e.mul(rate!, direction)), ...averages];
      const velocity = e.add(e.mul(momentum, state.at(-1)!), direction);
      return [e.sub(value, e.mul(rate!, velocity)), ...averages, velocity];
    },
  };
}

/**
 * The variance and the average of the gradient after a new one. The variance equals the mean square minus the squared mean, but
 * rounding cannot make this form of it negative: for a gradient that hardly changes, the difference would cancel.
 */
function centeredAverages(variance: Value, average: Value, slope: Value, alpha: number): [Value, Value] {
  const distance = e.sub(slope, average);
  const fresh = e.mul(1 - alpha, distance);
  return [e.mul(alpha, e.add(variance, e.mul(fresh, distance))), e.add(average, fresh)];
}

/**
 * RMSprop: `torch.optim.RMSprop`, except that by default the decay leaves biases and normalization parameters alone
 * (`allDecayed: true` is PyTorch's way).
 *
 * @throws ArgumentError for an unknown option, a number out of range, and a model without parameters
 * @example const optimizer = new RMSprop(model, { learningRate: 0.01, momentum: 0.9 });
 */
export class RMSprop extends Optimizer {
  constructor(model: Parameterized, options: OptimizerOptions & RMSpropRuleOptions) {
    checkOptions<OptimizerOptions & RMSpropRuleOptions>("RMSprop", options, {
      ...optimizerRules,
      alpha: fraction,
      epsilon: positive,
      momentum: nonNegative,
      centered: yesOrNo,
    });
    super(model, makeRmspropRule(options), options);
  }
}
