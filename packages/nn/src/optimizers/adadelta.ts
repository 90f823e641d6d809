import { e } from "@evenkeel/tensor";
import { checkOptions, fraction, positive } from "@evenkeel/tensor/checks";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions, Parameterized } from "./optimizer-options.ts";
import { optimizerRules } from "./optimizer-options.ts";
import type { UpdateRule } from "./update-rule.ts";

/** The hyperparameters of Adadelta; the defaults are PyTorch's. */
export interface AdadeltaRuleOptions {
  /** The decay rate of both averages of squares; default 0.9. */
  readonly rho?: number;
  /** Added to both averages before their roots are taken; default 1e-6. */
  readonly epsilon?: number;
}

/** Zeiler 2012, algorithm 1, with a learning rate, as in PyTorch: the paper's is 1. */
export function makeAdadeltaRule({ rho = 0.9, epsilon = 1e-6 }: AdadeltaRuleOptions = {}): UpdateRule {
  return {
    settings: { rule: "Adadelta", rho, epsilon },
    slots: ["squareAverage", "squareChange"],
    scalars: ({ learningRate, weightDecay }) => [learningRate, weightDecay],
    update: (value, [squareAverage, squareChange], gradient, [rate, decay]) => {
      const slope = e.add(gradient, e.mul(decay!, value));
      const second = e.add(e.mul(rho, squareAverage!), e.mul(1 - rho, e.mul(slope, slope)));
      const ratio = e.div(e.sqrt(e.add(squareChange!, epsilon)), e.sqrt(e.add(second, epsilon)));
      const change = e.mul(ratio, slope);
      const changes = e.add(e.mul(rho, squareChange!), e.mul(1 - rho, e.mul(change, change)));
      return [e.sub(value, e.mul(rate!, change)), second, changes];
    },
  };
}

/**
 * Adadelta: `torch.optim.Adadelta`, whose usual learning rate is 1, except that by default the decay leaves biases and
 * normalization parameters alone (`allDecayed: true` is PyTorch's way).
 *
 * @throws ArgumentError for an unknown option, a number out of range, and a model without parameters
 * @example const optimizer = new Adadelta(model, { learningRate: 1 });
 */
export class Adadelta extends Optimizer {
  constructor(model: Parameterized, options: OptimizerOptions & AdadeltaRuleOptions) {
    checkOptions<OptimizerOptions & AdadeltaRuleOptions>("Adadelta", options, {
      ...optimizerRules,
      rho: fraction,
      epsilon: positive,
    });
    super(model, makeAdadeltaRule(options), options);
  }
}
