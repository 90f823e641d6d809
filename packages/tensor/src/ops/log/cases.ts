import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { logOp } from "./log.ts";

export const cases: OpCases<Record<string, never>> = {
  op: logOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { uniform: [0.01, 9] } }),
    {
      name: "near one",
      attrs: {},
      inputs: [{ shape: [101], dtype: "f32", values: { uniform: [0.99, 1.01] } }],
    },
    {
      name: "large and small",
      attrs: {},
      inputs: [{ shape: [4], dtype: "f32", values: [1e-37, 1e-20, 1e20, 3e38] }],
    },
  ],
};
