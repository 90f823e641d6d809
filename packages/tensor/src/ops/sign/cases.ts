import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { signOp } from "./sign.ts";

export const cases: OpCases<Record<string, never>> = {
  op: signOp,
  accuracy: "exact",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] } }),
    ...unaryCases({ attrs: {}, values: { integers: [-9, 9] }, dtype: "i32" }),
  ],
};
