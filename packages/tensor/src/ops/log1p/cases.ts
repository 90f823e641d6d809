import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { log1pOp } from "./log1p.ts";

export const cases: OpCases<Record<string, never>> = {
  op: log1pOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { uniform: [-0.9, 9] } }),
    {
      name: "near zero",
      attrs: {},
      inputs: [{ shape: [101], dtype: "f32", values: { uniform: [-1e-3, 1e-3] } }],
    },
    { name: "large values", attrs: {}, inputs: [{ shape: [3], dtype: "f32", values: [1e5, 1e20, 3e38] }] },
  ],
};
