import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { sliceOp, slicePlan } from "../slice-and-pad.ts";
import { copyLaunches } from "./copy-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor(sliceOp, ([x], attrs, limits) => slicePlan(x!, attrs, limits, copyLaunches)),
];
