import type { Tensor } from "@evenkeel/tensor";
import { concatenate } from "@evenkeel/tensor";

/** Keys and values of all heads of an attention, which later queries attend to: [n, heads, length, size] each. */
export interface KeyValues {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** The keys and values of positions, and of those that follow. */
export const joinKeyValues = (past: KeyValues, added: KeyValues): KeyValues => ({
  keys: concatenate([past.keys, added.keys], { axis: 2 }),
  values: concatenate([past.values, added.values], { axis: 2 }),
});
