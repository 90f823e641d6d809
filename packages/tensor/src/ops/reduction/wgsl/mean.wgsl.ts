import type { Reducer } from "./fold.wgsl.ts";
import { makeSumReducer } from "./sum.wgsl.ts";

/** Sums, divided by the number of elements at the end; the mean of no elements is NaN. */
export const makeMeanReducer = (): Reducer => ({
  ...makeSumReducer("f32", "select(bitcast<u32>(s / p.n), 0x7fc00000u, p.n == 0f)"),
  name: "mean",
  parameters: { n: "f32" },
});
