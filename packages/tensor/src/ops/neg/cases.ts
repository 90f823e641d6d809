import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { negOp } from "./neg.ts";

export const cases: OpCases<Record<string, never>> = {
  op: negOp,
  accuracy: "exact",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] } }),
    ...unaryCases({ attrs: {}, values: { integers: [-9, 9] }, dtype: "i32" }),
    {
      name: "i32: the smallest",
      attrs: {},
      inputs: [{ shape: [2], dtype: "i32", values: [-(2 ** 31), 2 ** 31 - 1] }],
    },
  ],
};
