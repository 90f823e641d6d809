import type { Tensor } from "@evenkeel/tensor";
import { div, mean, sum } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import { aTensor, integer, oneOf } from "@evenkeel/tensor/checks";
import { over } from "./denominators.ts";
import { weighLabels } from "./label-weights.ts";
import { applyMask, checkMask, countMask } from "./mask.ts";

/** How the losses of a batch are reduced: to their mean, to their sum, or not at all. */
export type Reduction = "mean" | "sum" | "none";

/** The options of all losses. */
export interface LossOptions {
  /** Default: mean. */
  readonly reduction?: Reduction;
  /**
   * Which losses count, for example those of positions that are no padding: of any dtype, and of a shape that broadcasts to that
   * of the losses. A loss is multiplied by its value, and one whose value is 0 does not count even where it is NaN, and has
   * no gradient either. The mean is divided by the sum of the mask. Default: all losses count.
   */
  readonly mask?: Tensor;
}

/** The options of losses of class labels. */
export interface LabelLossOptions extends LossOptions {
  /** Samples with this label do not count; default -100. */
  readonly ignoreIndex?: number;
  /** A weight for each class, [classes]: losses are multiplied by it, and the mean is divided by the sum of the weights of the labels. */
  readonly weight?: Tensor;
  /** The axis of the classes. Default: 1, or 0 where there is no other. */
  readonly axis?: number;
}

export const lossRules: Rules<LossOptions> = {
  reduction: /* @__PURE__ */ oneOf("mean", "sum", "none"),
  mask: aTensor,
};

export const labelLossRules: Rules<LabelLossOptions> = {
  ...lossRules,
  ignoreIndex: integer,
  weight: aTensor,
  axis: integer,
};

/** The default of `ignoreIndex`, as PyTorch's. */
export const ignoredByDefault = -100;

/** Masks the losses and reduces them. */
export function reduceLoss(
  operation: string,
  losses: Tensor,
  { reduction = "mean", mask }: LossOptions,
): Tensor {
  if (mask === undefined) {
    if (reduction === "none") return losses;
    return reduction === "sum" ? over(sum(losses), "sum") : over(mean(losses), losses.size);
  }
  checkMask(operation, mask, losses);
  const masked = applyMask(losses, mask);
  if (reduction !== "mean") return reduceLoss(operation, masked, { reduction });
  const count = countMask(mask, losses);
  return over(div(sum(masked), count), count);
}

/**
 * As `reduceLoss`, for losses of labels that are 0 where the label is ignored and already multiplied by the weight of their
 * class: the mean is divided by the weights of those that count.
 */
export function reduceLabelLoss(
  operation: string,
  losses: Tensor,
  labels: Tensor,
  { reduction = "mean", ignoreIndex = ignoredByDefault, weight, mask }: LabelLossOptions,
): Tensor {
  if (reduction !== "mean") return reduceLoss(operation, losses, { reduction, mask });
  if (mask !== undefined) checkMask(operation, mask, losses);
  const count = weighLabels(labels, { ignoreIndex, weight, mask });
  return over(div(sum(mask === undefined ? losses : applyMask(losses, mask)), count), count);
}
