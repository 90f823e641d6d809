import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { erfOp } from "./erf.ts";

export const cases: OpCases<Record<string, never>> = {
  op: erfOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] } }),
    {
      name: "near zero",
      attrs: {},
      inputs: [{ shape: [101], dtype: "f32", values: { uniform: [-1e-3, 1e-3] } }],
    },
    {
      name: "saturated",
      attrs: {},
      inputs: [{ shape: [1001], dtype: "f32", values: { uniform: [-10, 10] } }],
    },
  ],
};
