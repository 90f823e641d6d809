import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { sinOp } from "./sin.ts";

export const cases: OpCases<Record<string, never>> = {
  op: sinOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 2] } }),
    {
      name: "many turns",
      attrs: {},
      inputs: [{ shape: [1001], dtype: "f32", values: { uniform: [-1000, 1000] } }],
    },
  ],
};
