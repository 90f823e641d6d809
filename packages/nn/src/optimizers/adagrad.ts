import { e } from "@evenkeel/tensor";
import { checkOptions, nonNegative, positive } from "@evenkeel/tensor/checks";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions, Parameterized } from "./optimizer-options.ts";
import { optimizerRules } from "./optimizer-options.ts";
import type { UpdateRule } from "./update-rule.ts";

/** The hyperparameters of Adagrad; the defaults are PyTorch's. */
export interface AdagradRuleOptions {
  /** How fast the learning rate falls: it is divided by 1 + learningRateDecay * (updates before this one). Default 0. */
  readonly learningRateDecay?: number;
  /** Where the sum of squares begins; default 0. */
  readonly initialAccumulatorValue?: number;
  /** Added to the root of the sum; positive, so that a gradient of 0 does not divide 0 by 0. Default 1e-10. */
  readonly epsilon?: number;
}

/** Duchi, Hazan and Singer 2011, the diagonal form. The slot holds the sum without its initial value, because slots begin at 0. */
export function makeAdagradRule({
  learningRateDecay = 0,
  initialAccumulatorValue = 0,
  epsilon = 1e-10,
}: AdagradRuleOptions = {}): UpdateRule {
  return {
    settings: { rule: "Adagrad", learningRateDecay, initialAccumulatorValue, epsilon },
    slots: ["squareSum"],
    scalars: ({ learningRate, weightDecay, step }) => [
      learningRate / (1 + (step - 1) * learningRateDecay),
      weightDecay,
    ],
    update: (value, [squareSum], gradient, [rate, decay]) => {
      const slope = e.add(gradient, e.mul(decay!, value));
      const total = e.add(squareSum!, e.mul(slope, slope));
      const denominator = e.add(e.sqrt(e.add(total, initialAccumulatorValue)), epsilon);
      return [e.sub(value, e.mul(rate!, e.div(slope, denominator))), total];
    },
  };
}

/**
 * Adagrad: `torch.optim.Adagrad`, except that by default the decay leaves biases and normalization parameters alone
 * (`allDecayed: true` is PyTorch's way).
 *
 * @throws ArgumentError for an unknown option, a number out of range, and a model without parameters
 * @example const optimizer = new Adagrad(model, { learningRate: 0.01 });
 */
export class Adagrad extends Optimizer {
  constructor(model: Parameterized, options: OptimizerOptions & AdagradRuleOptions) {
    checkOptions<OptimizerOptions & AdagradRuleOptions>("Adagrad", options, {
      ...optimizerRules,
      learningRateDecay: nonNegative,
      initialAccumulatorValue: nonNegative,
      epsilon: positive,
    });
    super(model, makeAdagradRule(options), options);
  }
}
