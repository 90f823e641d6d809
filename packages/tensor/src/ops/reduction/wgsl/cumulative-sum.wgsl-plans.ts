import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { cumulativeSumOp } from "../cumulative-sum.ts";
import { cumulativeSumPlan } from "./scan-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor(cumulativeSumOp, ([x], attrs, limits) => cumulativeSumPlan(x!, attrs, limits)),
];
