import type { Tensor } from "@evenkeel/tensor";
import { div, e, scope, sum } from "@evenkeel/tensor";
import { checkOptions, oneOf, yesOrNo } from "@evenkeel/tensor/checks";
import { over } from "./denominators.ts";
import type { Formula } from "./formula.ts";
import { computeLosses } from "./formula.ts";
import { applyMask, checkMask } from "./mask.ts";
import type { LossOptions, Reduction } from "./reduction.ts";
import { lossRules, reduceLoss } from "./reduction.ts";

/** t (log t - x); 0 where t is 0. */
const formula: Formula = {
  inputs: ["input", "target"],
  scalars: 0,
  loss: ([x, t]) => {
    const isPositive = e.greater(t!, 0);
    return e.sub(e.mul(t!, e.log(e.select(isPositive, t!, 1))), e.mul(t!, x!));
  },
};

/** exp(t) (t - x). */
const logFormula: Formula = {
  inputs: ["input", "target"],
  scalars: 0,
  loss: ([x, t]) => e.mul(e.exp(t!), e.sub(t!, x!)),
};

export interface KlDivergenceOptions extends Omit<LossOptions, "reduction"> {
  /** `batchMean` divides the sum by the size of the first axis, which is the divergence; `mean` divides by the number of elements. Default: mean. */
  readonly reduction?: Reduction | "batchMean";
  /** Whether the target holds logarithms of probabilities. Default: false. */
  readonly logTarget?: boolean;
}

/**
 * The terms of the Kullback-Leibler divergence of the probabilities `input`, given as logarithms, from the probabilities `target`:
 * target (log target - input), as PyTorch's `kl_div`.
 *
 * Shapes: f32 or f16 any, the same -> f32 [], or the same with reduction `none`. Throws ShapeError when they differ, DTypeError
 * for other dtypes, ArgumentError for unknown options.
 *
 * @example klDivergence(logSoftmax(logits), softmax(logits), { reduction: "batchMean" })
 */
export function klDivergence(input: Tensor, target: Tensor, options: KlDivergenceOptions = {}): Tensor {
  checkOptions<KlDivergenceOptions>("klDivergence", options, {
    ...lossRules,
    reduction: oneOf("mean", "batchMean", "sum", "none"),
    logTarget: yesOrNo,
  });
  const { reduction = "mean", logTarget = false, mask } = options;
  return scope(() => {
    const terms = computeLosses("klDivergence", logTarget ? logFormula : formula, [input, target]);
    if (reduction !== "batchMean") return reduceLoss("klDivergence", terms, { reduction, mask });
    if (mask !== undefined) checkMask("klDivergence", mask, terms);
    const total = sum(mask === undefined ? terms : applyMask(terms, mask));
    const examples = terms.shape[0] ?? 1;
    return over(div(total, examples), examples);
  });
}
