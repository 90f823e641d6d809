import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { siluOp } from "./silu.ts";

export const cases: OpCases<Record<string, never>> = {
  op: siluOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 3] } }),
    {
      name: "saturated",
      attrs: {},
      inputs: [{ shape: [1001], dtype: "f32", values: { uniform: [-1000, 1000] } }],
    },
  ],
};
