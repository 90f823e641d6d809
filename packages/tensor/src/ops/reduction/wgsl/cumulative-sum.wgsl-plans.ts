import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { cumulativeSumOp } from "../cumulative-sum.ts";
import { cumulativeSumPlan } from "./scan-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof cumulativeSumOp>("cumulativeSum", ([x], attrs, limits) =>
    cumulativeSumPlan(x!, attrs, limits),
  ),
];
