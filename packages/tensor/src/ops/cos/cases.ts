import type { OpCases } from "../../core/op-cases.ts";
import { circularCases } from "../elementwise/elementwise-cases.ts";
import { cosOp } from "./cos.ts";

export const cases: OpCases<Record<string, never>> = {
  op: cosOp,
  accuracy: "transcendental",
  cases: circularCases,
};
