import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { sumOp } from "../sum.ts";
import { foldPlan } from "./fold-plan.ts";
import { sumReducer } from "./sum.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  planFor(sumOp, ([x], { axes }, limits) => foldPlan(x!.shape, axes, sumReducer(x!.dtype), limits)),
];
