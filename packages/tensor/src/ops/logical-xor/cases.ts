import type { OpCases } from "../../core/op-cases.ts";
import { binaryCases } from "../elementwise/elementwise-cases.ts";
import { logicalXorOp } from "./logical-xor.ts";

export const cases: OpCases<Record<string, never>> = {
  op: logicalXorOp,
  accuracy: "exact",
  cases: [...binaryCases({ dtype: "bool", values: { integers: [0, 1] } })],
};
