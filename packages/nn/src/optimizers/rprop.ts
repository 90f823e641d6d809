import { e } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { checkOptions, listOf, nonNegative } from "@evenkeel/tensor/checks";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions, Parameterized } from "./optimizer-options.ts";
import { optimizerRules } from "./optimizer-options.ts";
import type { UpdateRule } from "./update-rule.ts";

/** The hyperparameters of Rprop; the defaults are PyTorch's. */
export interface RpropRuleOptions {
  /** The factors of a step size where the gradient has changed its sign, and where it has not; default [0.5, 1.2]. */
  readonly etas?: readonly [number, number];
  /** The smallest and the largest step size; default [1e-6, 50]. */
  readonly stepSizes?: readonly [number, number];
}

/** Riedmiller and Braun 1993, without the way back: after a change of sign a value rests for one step, as in PyTorch. */
export function makeRpropRule({
  etas: [shrinking, growing] = [0.5, 1.2],
  stepSizes: [least, most] = [1e-6, 50],
}: RpropRuleOptions = {}): UpdateRule {
  return {
    settings: { rule: "Rprop", shrinking, growing, least, most },
    slots: ["previous", "stepSize"],
    scalars: ({ learningRate, weightDecay, step }) => [learningRate, weightDecay, step],
    update: (value, [previous, stepSize], gradient, [rate, decay, step]) => {
      const slope = e.add(gradient, e.mul(decay!, value));
      const product = e.mul(slope, previous!);
      const hasTurned = e.less(product, 0);
      const size = e.select(e.equal(step!, 1), rate!, stepSize!);
      const factor = e.select(hasTurned, shrinking, e.select(e.greater(product, 0), growing, 1));
      const next = e.min(e.max(e.mul(size, factor), least), most);
      const used = e.select(hasTurned, 0, slope);
      const direction = e.select(e.greater(used, 0), 1, e.select(e.less(used, 0), -1, 0));
      return [e.sub(value, e.mul(direction, next)), used, next];
    },
  };
}

/** Rules of pairs of numbers. */
const pairOfFactors: Rule = {
  expected: "a number between 0 and 1, and one above 1",
  accepts: (value) => isPair(value) && 0 < value[0] && value[0] < 1 && value[1] > 1,
};
const range: Rule = {
  expected: "two positive numbers, the smaller first",
  accepts: (value) => isPair(value) && 0 < value[0] && value[0] <= value[1],
};

const numbers = /* @__PURE__ */ listOf(nonNegative, 2);
const isPair = (value: unknown): value is readonly [number, number] => numbers.accepts(value);

/**
 * Resilient backpropagation: steps by the sign of the gradient, of a size of its own for each value. It needs the gradient of the
 * whole data set in each step. `torch.optim.Rprop`, with an optional weight decay that PyTorch's does not have; the learning rate
 * is the first step size.
 *
 * @throws ArgumentError for an unknown option, a number out of range, and a model without parameters
 * @example const optimizer = new Rprop(model, { learningRate: 0.01 });
 */
export class Rprop extends Optimizer {
  constructor(model: Parameterized, options: OptimizerOptions & RpropRuleOptions) {
    checkOptions<OptimizerOptions & RpropRuleOptions>("Rprop", options, {
      ...optimizerRules,
      etas: pairOfFactors,
      stepSizes: range,
    });
    super(model, makeRpropRule(options), options);
  }
}
