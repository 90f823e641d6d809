import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { squareOp } from "./square.ts";

export const cases: OpCases<Record<string, never>> = {
  op: squareOp,
  accuracy: "rounding",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] } }),
    ...unaryCases({ attrs: {}, values: { integers: [-70_000, 70_000] }, dtype: "i32" }),
    ...unaryCases({ attrs: {}, values: { integers: [0, 70_000] }, dtype: "u32" }),
  ],
};
