import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import type { ClampAttributes } from "./clamp.ts";
import { clampOp } from "./clamp.ts";

export const cases: OpCases<ClampAttributes> = {
  op: clampOp,
  accuracy: "exact",
  cases: [
    ...unaryCases({ attrs: { min: true, max: true }, values: { normal: [0, 1] }, scalars: [-0.5, 1] }),
    {
      name: "only min",
      attrs: { min: true, max: false },
      scalars: [0.25],
      inputs: [{ shape: [4, 5], dtype: "f32", values: { normal: [0, 1] } }],
    },
    {
      name: "only max",
      attrs: { min: false, max: true },
      scalars: [0.25],
      inputs: [{ shape: [4, 5], dtype: "f32", values: { normal: [0, 1] } }],
    },
    {
      name: "at the bounds",
      differentiable: "subgradient",
      attrs: { min: true, max: true },
      scalars: [-1, 1],
      inputs: [{ shape: [5], dtype: "f32", values: [-1, 1, 0, -2, 2] }],
    },
    {
      name: "i32",
      attrs: { min: true, max: true },
      scalars: [-3, 4],
      inputs: [{ shape: [4, 5], dtype: "i32", values: { integers: [-9, 9] } }],
    },
    {
      name: "u32",
      attrs: { min: true, max: true },
      scalars: [2 ** 30, 3 * 2 ** 30],
      inputs: [{ shape: [4, 5], dtype: "u32", values: { integers: [0, 2 ** 32 - 1] } }],
    },
  ],
};
