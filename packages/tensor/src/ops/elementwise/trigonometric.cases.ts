import type { OpCases } from "../../core/op-cases.ts";
import { circularCases } from "./operands/elementwise-cases.ts";
import { cosOp, sinOp } from "./trigonometric.ts";

export const sinCases: OpCases<Record<string, never>> = {
  op: sinOp,
  accuracy: "transcendental",
  cases: circularCases,
};

export const cosCases: OpCases<Record<string, never>> = {
  op: cosOp,
  accuracy: "transcendental",
  cases: circularCases,
};
