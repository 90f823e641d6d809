import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { eluOp } from "./elu.ts";

export const cases: OpCases<Record<string, never>> = {
  op: eluOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] }, scalars: [1] }),
    {
      name: "saturated",
      attrs: {},
      scalars: [1.5],
      inputs: [{ shape: [1001], dtype: "f32", values: { uniform: [-1000, 1000] } }],
    },
  ],
};
