import { ArgumentError, e } from "@evenkeel/tensor";
import { callable, checkOptions, either, fraction, nonNegative, yesOrNo } from "@evenkeel/tensor/checks";
import type { Schedule } from "../schedules/schedule.ts";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions, Parameterized } from "./optimizer-options.ts";
import { optimizerRules } from "./optimizer-options.ts";
import type { UpdateRule } from "./update-rule.ts";
import { describeSetting } from "./update-rule.ts";

/** The hyperparameters of SGD; the defaults are PyTorch's. */
export interface SGDRuleOptions {
  /** Default 0: plain gradient descent. A schedule gives that of each update of a parameter, counted from 0: `oneCycleMomentum`. */
  readonly momentum?: number | Schedule;
  /** The share of the gradient that does not enter the momentum; default 0. */
  readonly dampening?: number;
  /** Whether the update looks ahead along the momentum; default false. */
  readonly nesterov?: boolean;
}

/** PyTorch's form: the learning rate multiplies the momentum, so a change of it acts at once. */
export function makeSgdRule({
  momentum = 0,
  dampening = 0,
  nesterov = false,
}: SGDRuleOptions = {}): UpdateRule {
  if (nesterov && (momentum === 0 || dampening !== 0)) {
    throw new ArgumentError(
      `nesterov: found momentum ${describeSetting(momentum)} and dampening ${dampening}, expected a momentum and no dampening`,
    );
  }
  return {
    settings: { rule: "SGD", momentum: describeSetting(momentum), dampening, nesterov },
    slots: momentum === 0 ? [] : ["momentum"],
    // The first momentum is the gradient itself, without dampening.
    scalars: ({ learningRate, weightDecay, step }) => [
      learningRate,
      weightDecay,
      typeof momentum === "number" ? momentum : momentum(step - 1),
      step === 1 ? 1 : 1 - dampening,
    ],
    update: (value, [buffer], gradient, [rate, decay, kept, fresh]) => {
      const slope = e.add(gradient, e.mul(decay!, value));
      if (buffer === undefined) return [e.sub(value, e.mul(rate!, slope))];
      const velocity = e.add(e.mul(kept!, buffer), e.mul(fresh!, slope));
      const direction = nesterov ? e.add(slope, e.mul(kept!, velocity)) : velocity;
      return [e.sub(value, e.mul(rate!, direction)), velocity];
    },
  };
}

/**
 * Stochastic gradient descent with momentum, Nesterov's too, and L2 weight decay: PyTorch's `torch.optim.SGD`, except
 * that by default the decay leaves biases and normalization parameters alone (`allDecayed: true` is PyTorch's way).
 *
 * @throws ArgumentError for an unknown option, a number out of range, Nesterov without momentum, and a model without parameters
 * @example const optimizer = new SGD(model, { learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4 });
 */
export class SGD extends Optimizer {
  constructor(model: Parameterized, options: OptimizerOptions & SGDRuleOptions) {
    checkOptions<OptimizerOptions & SGDRuleOptions>("SGD", options, {
      ...optimizerRules,
      momentum: either(nonNegative, callable),
      dampening: fraction,
      nesterov: yesOrNo,
    });
    super(model, makeSgdRule(options), options);
  }
}
