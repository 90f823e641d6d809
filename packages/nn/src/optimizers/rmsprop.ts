import { ArgumentError, e } from "@evenkeel/tensor";
import type { OptimizerOptions, Parameterized } from "./optimizer.ts";
import { checkFinite, Optimizer } from "./optimizer.ts";
import type { UpdateRule } from "./update-rule.ts";

/** The numbers of RMSprop; the defaults are PyTorch's. */
export interface RMSpropRuleOptions {
  /** How much of the average of the squared gradient is kept; default 0.99. */
  readonly alpha?: number;
  /** Added to the root of the average; default 1e-8. */
  readonly epsilon?: number;
  /** Default 0. */
  readonly momentum?: number;
  /** Whether the average gradient is taken away first, so that the root is a deviation; default false. */
  readonly isCentered?: boolean;
}

/** Hinton's lecture 6e of 2012, and Graves 2013 where it is centered; epsilon outside of the root, as PyTorch. */
export function rmspropRule({
  alpha = 0.99,
  epsilon = 1e-8,
  momentum = 0,
  isCentered = false,
}: RMSpropRuleOptions = {}): UpdateRule {
  if (!(alpha >= 0 && alpha <= 1))
    throw new ArgumentError(`alpha: found ${alpha}, expected a number in [0, 1]`);
  checkFinite({ momentum, epsilon });
  const slots = ["squareAverage", ...(isCentered ? ["average"] : []), ...(momentum > 0 ? ["momentum"] : [])];
  return {
    slots,
    scalars: ({ learningRate, weightDecay }) => [learningRate, weightDecay],
    update: (value, state, gradient, [rate, decay]) => {
      const slope = e.add(gradient, e.mul(decay!, value));
      const mix = (kept: typeof value, fresh: typeof value) =>
        e.add(e.mul(alpha, kept), e.mul(1 - alpha, fresh));
      const square = mix(state[0]!, e.mul(slope, slope));
      const center = isCentered ? [mix(state[1]!, slope)] : [];
      const spread = center.reduce((variance, mean) => e.sub(variance, e.mul(mean, mean)), square);
      const direction = e.div(slope, e.add(e.sqrt(spread), epsilon));
      if (momentum === 0) return [e.sub(value, e.mul(rate!, direction)), square, ...center];
      const velocity = e.add(e.mul(momentum, state.at(-1)!), direction);
      return [e.sub(value, e.mul(rate!, velocity)), square, ...center, velocity];
    },
  };
}

/**
 * RMSprop: `torch.optim.RMSprop`, except that by default the decay leaves biases and normalization parameters alone
 * (`decaysAll: true` is PyTorch's way).
 *
 * @throws ArgumentError for a number out of range
 * @example const optimizer = new RMSprop(model, { learningRate: 0.01, momentum: 0.9 });
 */
export class RMSprop extends Optimizer {
  constructor(model: Parameterized, options: OptimizerOptions & RMSpropRuleOptions) {
    super(model, rmspropRule(options), options);
  }
}
