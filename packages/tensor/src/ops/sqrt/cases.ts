import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { sqrtOp } from "./sqrt.ts";

export const cases: OpCases<Record<string, never>> = {
  op: sqrtOp,
  accuracy: "rounding",
  cases: [
    ...unaryCases({ attrs: {}, values: { uniform: [0.01, 9] } }),
    {
      name: "large and small",
      attrs: {},
      inputs: [{ shape: [4], dtype: "f32", values: [1e-30, 1e30, 3e38, 1e-38] }],
    },
  ],
};
