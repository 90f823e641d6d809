import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { softplusOp } from "./softplus.ts";

export const cases: OpCases<Record<string, never>> = {
  op: softplusOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 3] }, scalars: [1] }),
    {
      name: "sharp",
      attrs: {},
      scalars: [4],
      inputs: [{ shape: [101], dtype: "f32", values: { normal: [0, 3] } }],
    },
    {
      name: "saturated",
      attrs: {},
      scalars: [1],
      inputs: [{ shape: [1001], dtype: "f32", values: { uniform: [-1000, 1000] } }],
    },
  ],
};
