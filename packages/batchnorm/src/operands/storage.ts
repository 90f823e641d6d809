import type { DType, Tensor } from "@evenkeel/tensor";
import { cast } from "@evenkeel/tensor";

/** The tensor as it computes: statistics, parameters and arithmetic are f32, whatever is stored in f16. */
export const widened = <Maybe extends Tensor | undefined>(tensor: Maybe): Maybe =>
  (tensor?.dtype === "f16" ? cast(tensor, "f32") : tensor) as Maybe;

/** The tensor as it is stored. */
export const stored = (tensor: Tensor, dtype: DType): Tensor =>
  tensor.dtype === dtype ? tensor : cast(tensor, dtype);
