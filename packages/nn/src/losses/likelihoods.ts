import type { Tensor, Value } from "@evenkeel/tensor";
import { e } from "@evenkeel/tensor";
import { checkOptions, positive, yesOrNo } from "@evenkeel/tensor/checks";
import type { Formula } from "./formula.ts";
import { computeLoss } from "./formula.ts";
import type { LossOptions } from "./reduction.ts";
import { lossRules } from "./reduction.ts";

export interface LikelihoodOptions extends LossOptions {
  /** Whether the terms that do not depend on the prediction are added, in Stirling's approximation where they are factorials. Default: false. */
  readonly full?: boolean;
  /** Is added to expectations, or is the least variance; default 1e-8, or 1e-6 for variances. */
  readonly epsilon?: number;
}

export interface PoissonNllOptions extends LikelihoodOptions {
  /** Whether the input is the logarithm of the expectation. Default: true. */
  readonly logInput?: boolean;
}

/** log t! in Stirling's approximation, t log t - t + log(2 pi t) / 2 where t > 1, else 0. */
const stirling = (t: Value): Value => {
  const isLarge = e.greater(t, 1);
  const n = e.select(isLarge, t, 1);
  const value = e.add(e.sub(e.mul(n, e.log(n)), n), e.mul(0.5, e.log(e.mul(2 * Math.PI, n))));
  return e.select(isLarge, value, 0);
};

/** exp(x) - t x, plus full log t!. */
const logPoisson: Formula = {
  inputs: ["input", "target"],
  scalars: 2,
  loss: ([x, t], [full]) => e.add(e.sub(e.exp(x!), e.mul(t!, x!)), e.mul(full!, stirling(t!))),
};

/** x - t log(x + epsilon), plus full log t!. */
const plainPoisson: Formula = {
  inputs: ["input", "target"],
  scalars: 2,
  loss: ([x, t], [full, epsilon]) =>
    e.add(e.sub(x!, e.mul(t!, e.log(e.add(x!, epsilon!)))), e.mul(full!, stirling(t!))),
};

/**
 * The negative logarithm of the probability of counts under Poisson distributions with the given expectations, as PyTorch's
 * `poisson_nll_loss`.
 *
 * Shapes: f32 or f16 any, the same -> f32 [], or the same with reduction `none`. Throws ShapeError when they differ, DTypeError
 * for other dtypes, ArgumentError for options out of range.
 *
 * @example poissonNll(tensor([0, 1]), tensor([1, 2]), { reduction: "none" }) // [1, 0.7183]
 */
export function poissonNll(input: Tensor, target: Tensor, options: PoissonNllOptions = {}): Tensor {
  checkOptions<PoissonNllOptions>("poissonNll", options, {
    ...lossRules,
    full: yesOrNo,
    epsilon: positive,
    logInput: yesOrNo,
  });
  const { logInput = true, full = false, epsilon = 1e-8 } = options;
  const formula = logInput ? logPoisson : plainPoisson;
  return computeLoss("poissonNll", formula, [input, target], options, [Number(full), epsilon]);
}

/** (log v + (x - t)^2 / v) / 2 plus a constant, where v is the variance, at least epsilon. */
const gaussian: Formula = {
  inputs: ["input", "target", "variance"],
  scalars: 2,
  loss: ([x, t, variance], [constant, epsilon]) => {
    const v = e.select(e.greater(variance!, epsilon!), variance!, epsilon!);
    const difference = e.sub(x!, t!);
    return e.add(e.mul(0.5, e.add(e.log(v), e.div(e.mul(difference, difference), v))), constant!);
  },
};

/**
 * The negative logarithm of the density of targets under normal distributions with the given means and variances, as PyTorch's
 * `gaussian_nll_loss`. A variance below epsilon counts as epsilon, and has no gradient.
 *
 * Shapes: f32 or f16 any, the same; variances that broadcast to them -> f32 [], or the same with reduction `none`. Throws
 * ShapeError when they do not fit, DTypeError for other dtypes, ArgumentError for options out of range.
 *
 * @example gaussianNll(tensor([1, 2]), tensor([1, 4]), tensor(4), { reduction: "none" }) // [0.6931, 1.193]
 */
export function gaussianNll(
  input: Tensor,
  target: Tensor,
  variance: Tensor,
  options: LikelihoodOptions = {},
): Tensor {
  checkOptions<LikelihoodOptions>("gaussianNll", options, { ...lossRules, full: yesOrNo, epsilon: positive });
  const { full = false, epsilon = 1e-6 } = options;
  const constant = full ? 0.5 * Math.log(2 * Math.PI) : 0;
  return computeLoss("gaussianNll", gaussian, [input, target, variance], options, [constant, epsilon]);
}
