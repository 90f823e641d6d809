import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { expm1Op } from "./expm1.ts";

export const cases: OpCases<Record<string, never>> = {
  op: expm1Op,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] } }),
    {
      name: "near zero",
      attrs: {},
      inputs: [{ shape: [101], dtype: "f32", values: { uniform: [-1e-3, 1e-3] } }],
    },
    {
      name: "the whole range",
      attrs: {},
      inputs: [{ shape: [1001], dtype: "f32", values: { uniform: [-87, 88] } }],
    },
  ],
};
