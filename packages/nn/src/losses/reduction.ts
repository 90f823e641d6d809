import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, mean, sum } from "@evenkeel/tensor";

/** What becomes of the losses of a batch: their mean, their sum, or one number each. */
export type Reduction = "mean" | "sum" | "none";

/** What all losses can be told. */
export interface LossOptions {
  /** Default: mean. */
  readonly reduction?: Reduction;
}

/** Throws ArgumentError for an unknown word. */
export function reduceLoss(losses: Tensor, reduction: Reduction = "mean"): Tensor {
  switch (reduction) {
    case "mean":
      return mean(losses);
    case "sum":
      return sum(losses);
    case "none":
      return losses;
    default:
      throw new ArgumentError(`reduction: found "${reduction}", expected "mean", "sum" or "none"`);
  }
}
