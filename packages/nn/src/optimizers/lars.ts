import { e } from "@evenkeel/tensor";
import { checkOptions, nonNegative, positive, yesOrNo } from "@evenkeel/tensor/checks";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions, Parameterized } from "./optimizer-options.ts";
import { optimizerRules } from "./optimizer-options.ts";
import { computeTrustRatio } from "./trust-ratio.ts";
import type { RuleChoice, UpdateRule } from "./update-rule.ts";

/** The hyperparameters of LARS; the defaults are those of its authors. */
export interface LARSRuleOptions {
  /** Default 0.9. */
  readonly momentum?: number;
  /** How far a parameter moves at a learning rate of 1, relative to its norm; default 1e-3. */
  readonly trustCoefficient?: number;
  /** Added to the denominator of the ratio; default 1e-8. */
  readonly epsilon?: number;
  /** Whether the rate of biases and normalization parameters is adapted to their norm too; default false, as is usual. */
  readonly allAdapted?: boolean;
}

/** You, Gitman and Ginsburg 2017, algorithm 1: the learning rate enters the momentum. */
function makeLarsRule(
  { momentum = 0.9, trustCoefficient: coefficient = 1e-3, epsilon = 1e-8 }: LARSRuleOptions,
  isAdapted: boolean,
): UpdateRule {
  return {
    slots: ["momentum"],
    scalars: ({ learningRate, weightDecay }) => [learningRate, weightDecay],
    ...(isAdapted && {
      whole: {
        direction: (_value, _slots, gradient) => gradient,
        compute: (gradient, value, [, weightDecay]) =>
          computeTrustRatio(gradient, value, { coefficient, share: weightDecay, added: epsilon }),
      },
    }),
    update: (value, [buffer], gradient, [rate, decay], ratio) => {
      const slope = e.add(gradient, e.mul(decay!, value));
      const local = ratio === undefined ? rate! : e.mul(rate!, ratio);
      const velocity = e.add(e.mul(momentum, buffer!), e.mul(local, slope));
      return [e.sub(value, velocity), velocity];
    },
  };
}

/** One rule for parameters whose rate is adapted to their norm, and one for the others. */
function makeLarsRules(options: LARSRuleOptions): RuleChoice {
  const { momentum = 0.9, trustCoefficient = 1e-3, epsilon = 1e-8, allAdapted = false } = options;
  const [adapted, plain] = [makeLarsRule(options, true), makeLarsRule(options, false)];
  return {
    settings: { rule: "LARS", momentum, trustCoefficient, epsilon, allAdapted },
    choose: (_, { isDecayed }) => (isDecayed || allAdapted ? adapted : plain),
  };
}

/**
 * LARS, SGD for large batches: the learning rate of each parameter is multiplied by the ratio of its norm to that of its gradient.
 * Decay and adaptation by default leave biases and normalization parameters alone.
 *
 * @throws ArgumentError for an unknown option, a number out of range, and a model without parameters
 * @example const optimizer = new LARS(model, { learningRate: 2, weightDecay: 5e-4 });
 */
export class LARS extends Optimizer {
  constructor(model: Parameterized, options: OptimizerOptions & LARSRuleOptions) {
    checkOptions<OptimizerOptions & LARSRuleOptions>("LARS", options, {
      ...optimizerRules,
      momentum: nonNegative,
      trustCoefficient: positive,
      epsilon: nonNegative,
      allAdapted: yesOrNo,
    });
    super(model, makeLarsRules(options), options);
  }
}
