import type { OpCases } from "../../core/op-cases.ts";
import { circularCases } from "../elementwise/elementwise-cases.ts";
import { sinOp } from "./sin.ts";

export const cases: OpCases<Record<string, never>> = {
  op: sinOp,
  accuracy: "transcendental",
  cases: circularCases,
};
