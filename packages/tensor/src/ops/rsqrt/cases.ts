import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { rsqrtOp } from "./rsqrt.ts";

export const cases: OpCases<Record<string, never>> = {
  op: rsqrtOp,
  accuracy: "rounding",
  cases: [
    ...unaryCases({ attrs: {}, values: { uniform: [0.01, 9] } }),
    {
      name: "large and small",
      attrs: {},
      differentiable: false,
      inputs: [{ shape: [4], dtype: "f32", values: [1e-18, 1e18, 1e-30, 1e30] }],
    },
  ],
};
