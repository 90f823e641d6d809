import type { DType, Tensor } from "@evenkeel/tensor";
import { cast } from "@evenkeel/tensor";

/** The tensor in f32, in which arithmetic is done even where tensors are stored in f16. */
export const widened = <Maybe extends Tensor | undefined>(tensor: Maybe): Maybe =>
  (tensor?.dtype === "f16" ? cast(tensor, "f32") : tensor) as Maybe;

/** The tensor in the dtype in which it is stored. */
export const stored = (tensor: Tensor, dtype: DType): Tensor =>
  tensor.dtype === dtype ? tensor : cast(tensor, dtype);
