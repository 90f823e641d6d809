import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { concatenateOp, concatenatePlan } from "../concatenate.ts";
import { copyLaunches } from "./copy-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor(concatenateOp, (parts, attrs, limits) => concatenatePlan(parts, attrs, limits, copyLaunches)),
];
