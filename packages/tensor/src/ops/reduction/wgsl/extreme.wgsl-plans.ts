import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { maxOp, minOp } from "../extreme.ts";
import { extremeReducer } from "./extreme.wgsl.ts";
import { foldPlan } from "./fold-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof maxOp>("max", ([x], { axes }, limits) =>
    foldPlan(x!.shape, axes, extremeReducer("max", x!.dtype, true), limits),
  ),
  planFor<typeof minOp>("min", ([x], { axes }, limits) =>
    foldPlan(x!.shape, axes, extremeReducer("min", x!.dtype, false), limits),
  ),
];
