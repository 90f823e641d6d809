import type { OpCases } from "../../core/op-cases.ts";
import { binaryCases } from "../elementwise/elementwise-cases.ts";
import { logicalAndOp } from "./logical-and.ts";

export const cases: OpCases<Record<string, never>> = {
  op: logicalAndOp,
  accuracy: "exact",
  cases: [...binaryCases({ dtype: "bool", values: { integers: [0, 1] } })],
};
