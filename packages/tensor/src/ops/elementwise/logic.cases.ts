import type { OpCases } from "../../core/op-cases.ts";
import { logicalAndOp, logicalNotOp, logicalOrOp, logicalXorOp } from "./logic.ts";
import { binaryCases, unaryCases } from "./operands/elementwise-cases.ts";

export const logicalAndCases: OpCases<Record<string, never>> = {
  op: logicalAndOp,
  accuracy: "exact",
  cases: [...binaryCases({ dtype: "bool", values: { integers: [0, 1] } })],
};

export const logicalOrCases: OpCases<Record<string, never>> = {
  op: logicalOrOp,
  accuracy: "exact",
  cases: [...binaryCases({ dtype: "bool", values: { integers: [0, 1] } })],
};

export const logicalXorCases: OpCases<Record<string, never>> = {
  op: logicalXorOp,
  accuracy: "exact",
  cases: [...binaryCases({ dtype: "bool", values: { integers: [0, 1] } })],
};

export const logicalNotCases: OpCases<Record<string, never>> = {
  op: logicalNotOp,
  accuracy: "exact",
  cases: [...unaryCases({ attrs: {}, values: { integers: [0, 1] }, dtype: "bool" })],
};
