import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { flipOp } from "../flip.ts";
import { flipPlan } from "../flip.ts";
import { copyLaunches } from "./copy-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof flipOp>("flip", ([x], attrs, limits) => flipPlan(x!, attrs, limits, copyLaunches)),
];
