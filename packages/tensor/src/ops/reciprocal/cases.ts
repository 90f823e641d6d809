import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { reciprocalOp } from "./reciprocal.ts";

export const cases: OpCases<Record<string, never>> = {
  op: reciprocalOp,
  accuracy: "rounding",
  cases: [
    ...unaryCases({ attrs: {}, values: { uniform: [0.1, 4] } }),
    { name: "negative", attrs: {}, inputs: [{ shape: [11], dtype: "f32", values: { uniform: [-4, -0.1] } }] },
  ],
};
