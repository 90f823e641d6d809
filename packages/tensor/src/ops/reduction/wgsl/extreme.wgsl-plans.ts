import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { maxOp, minOp } from "../extreme.ts";
import { extremeReducer } from "./extreme.wgsl.ts";
import { foldPlan } from "./fold-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor(maxOp, ([x], { axes }, limits) =>
    foldPlan(x!.shape, axes, extremeReducer("max", x!.dtype, true), limits),
  ),
  planFor(minOp, ([x], { axes }, limits) =>
    foldPlan(x!.shape, axes, extremeReducer("min", x!.dtype, false), limits),
  ),
];
