import type { Tensor } from "@evenkeel/tensor";
import { div, mean, sum } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import { integer, oneOf } from "@evenkeel/tensor/checks";
import { countLabels, over } from "./denominators.ts";

/** How the losses of a batch are reduced: to their mean, to their sum, or not at all. */
export type Reduction = "mean" | "sum" | "none";

/** The options of all losses. */
export interface LossOptions {
  /** Default: mean. */
  readonly reduction?: Reduction;
}

/** The options of losses of class labels. */
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

/** As `reduceLoss`, for losses that are 0 where the label is ignored: the mean is taken over the others. */
export function reduceLabelLoss(
  losses: Tensor,
  labels: Tensor,
  { reduction = "mean", ignoreIndex = ignoredByDefault }: LabelLossOptions,
): Tensor {
  if (reduction !== "mean") return reduceLoss(losses, reduction);
  const count = countLabels(labels, ignoreIndex);
  return over(div(sum(losses), count), count);
}
