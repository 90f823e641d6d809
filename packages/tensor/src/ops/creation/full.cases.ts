import type { OpCases } from "../../core/op-cases.ts";
import type { Spec } from "../../core/spec.ts";
import { fullOp } from "./full.ts";

export const fullCases: OpCases<Spec> = {
  op: fullOp,
  accuracy: "exact",
  cases: [
    { name: "matrix", inputs: [], attrs: { shape: [7, 13], dtype: "f32" }, scalars: [1.5] },
    { name: "empty", inputs: [], attrs: { shape: [0, 3], dtype: "f32" }, scalars: [1] },
    { name: "rank 0", inputs: [], attrs: { shape: [], dtype: "f32" }, scalars: [-2] },
    { name: "rank 5", inputs: [], attrs: { shape: [2, 3, 1, 2, 5], dtype: "f32" }, scalars: [0] },
    { name: "large", inputs: [], attrs: { shape: [65_537], dtype: "f32" }, scalars: [3] },
    { name: "i32", inputs: [], attrs: { shape: [5], dtype: "i32" }, scalars: [-(2 ** 31)] },
    { name: "u32", inputs: [], attrs: { shape: [5], dtype: "u32" }, scalars: [2 ** 32 - 1] },
    { name: "u8", inputs: [], attrs: { shape: [5], dtype: "u8" }, scalars: [255] },
    { name: "bool", inputs: [], attrs: { shape: [5], dtype: "bool" }, scalars: [1] },
    {
      name: "infinite",
      inputs: [],
      attrs: { shape: [5], dtype: "f32" },
      scalars: [Number.NEGATIVE_INFINITY],
      needs: "non-finite",
    },
  ],
};
