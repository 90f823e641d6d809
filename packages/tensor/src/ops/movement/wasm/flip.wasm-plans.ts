import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { flipOp, flipPlan } from "../flip.ts";
import { copyLaunches } from "./copy-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor(flipOp, ([x], attrs, limits) => flipPlan(x!, attrs, limits, copyLaunches)),
];
