import type { Tensor } from "@evenkeel/tensor";
import { div, mean, sum } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import { integer, oneOf } from "@evenkeel/tensor/checks";
import { countOf, over } from "./denominators.ts";

/** What becomes of the losses of a batch: their mean, their sum, or one number each. */
export type Reduction = "mean" | "sum" | "none";

/** What all losses can be told. */
export interface LossOptions {
  /** Default: mean. */
  readonly reduction?: Reduction;
}

/** What losses of class labels can be told. */
export interface LabelLossOptions extends LossOptions {
  /** Samples with this label do not count; default -100. */
  readonly ignoreIndex?: number;
}

export const lossRules: Rules<LossOptions> = { reduction: /* @__PURE__ */ oneOf("mean", "sum", "none") };

export const labelLossRules: Rules<LabelLossOptions> = { ...lossRules, ignoreIndex: integer };

/** The default of `ignoreIndex`, as PyTorch's. */
export const ignoredByDefault = -100;

export function reduceLoss(losses: Tensor, reduction: Reduction = "mean"): Tensor {
  if (reduction === "none") return losses;
  return reduction === "sum" ? over(sum(losses), "sum") : over(mean(losses), losses.size);
}

/** As `reduceLoss` does, of losses that are 0 where a label is ignored: the mean is over the others. */
export function reduceLabelLoss(
  losses: Tensor,
  labels: Tensor,
  { reduction = "mean", ignoreIndex = ignoredByDefault }: LabelLossOptions,
): Tensor {
  if (reduction !== "mean") return reduceLoss(losses, reduction);
  const count = countOf(labels, ignoreIndex);
  return over(div(sum(losses), count), count);
}
