import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { sumOp } from "../sum.ts";
import { foldPlan } from "./fold-plan.ts";
import { sumReducer } from "./sum.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof sumOp>("sum", ([x], { axes }, limits) =>
    foldPlan(x!.shape, axes, sumReducer(x!.dtype), limits),
  ),
];
