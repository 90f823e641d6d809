import type { OpCases } from "../../core/op-cases.ts";
import type { ArgExtremeAttributes } from "../selection/arg-extreme.ts";
import { argExtremeCases } from "../selection/arg-extreme-cases.ts";
import { argminOp } from "./argmin.ts";

export const cases: OpCases<ArgExtremeAttributes> = {
  op: argminOp,
  accuracy: "exact",
  cases: argExtremeCases,
};
