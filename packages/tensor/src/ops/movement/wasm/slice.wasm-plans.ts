import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { sliceOp } from "../slice-and-pad.ts";
import { slicePlan } from "../slice-and-pad.ts";
import { copyLaunches } from "./copy-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof sliceOp>("slice", ([x], attrs, limits) => slicePlan(x!, attrs, limits, copyLaunches)),
];
