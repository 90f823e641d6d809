import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { logicalNotOp } from "./logical-not.ts";

export const cases: OpCases<Record<string, never>> = {
  op: logicalNotOp,
  accuracy: "exact",
  cases: [...unaryCases({ attrs: {}, values: { integers: [0, 1] }, dtype: "bool" })],
};
