import type { Tensor } from "@evenkeel/tensor";

/** Texts of different lengths as one tensor, padded at their ends, as `padCollate` of `@evenkeel/datasets` makes it. */
export interface PaddedTokens {
  /** i32 [n, length]. */
  readonly values: Tensor;
  /** bool [n, length], true where a value is no padding. */
  readonly mask: Tensor;
}
