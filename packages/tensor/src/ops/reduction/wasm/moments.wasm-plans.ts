import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { momentsOp } from "../moments.ts";
import { divisorOf } from "../moments.ts";
import { momentsPlan } from "./moments-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof momentsOp>("moments", ([x], attrs) => momentsPlan(x!, attrs, divisorOf(x!.shape, attrs))),
];
