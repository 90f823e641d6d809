import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { isNanOp } from "./is-nan.ts";

export const cases: OpCases<Record<string, never>> = {
  op: isNanOp,
  accuracy: "exact",
  cases: [...unaryCases({ attrs: {}, values: { normal: [0, 1] } })],
};
