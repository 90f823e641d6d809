import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { divisorOf, momentsOp } from "../moments.ts";
import { momentsPlan } from "./moments-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor(momentsOp, ([x], attrs) => momentsPlan(x!, attrs, divisorOf(x!.shape, attrs))),
];
