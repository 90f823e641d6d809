import type { OpCases } from "../../core/op-cases.ts";
import type { ArgExtremeAttributes } from "../selection/arg-extreme.ts";
import { argExtremeCases } from "../selection/arg-extreme-cases.ts";
import { argmaxOp } from "./argmax.ts";

export const cases: OpCases<ArgExtremeAttributes> = {
  op: argmaxOp,
  accuracy: "exact",
  cases: argExtremeCases,
};
