import type { OpCases } from "../../core/op-cases.ts";
import { binaryCases } from "../elementwise/elementwise-cases.ts";
import { logicalOrOp } from "./logical-or.ts";

export const cases: OpCases<Record<string, never>> = {
  op: logicalOrOp,
  accuracy: "exact",
  cases: [...binaryCases({ dtype: "bool", values: { integers: [0, 1] } })],
};
