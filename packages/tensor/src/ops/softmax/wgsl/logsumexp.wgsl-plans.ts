import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { foldPlan } from "../../reduction/wgsl/fold-plan.ts";
import type { logsumexpOp } from "../logsumexp.ts";
import { logsumexpReducer } from "./logsumexp.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof logsumexpOp>("logsumexp", ([x], { axes }, limits) =>
    foldPlan(x!.shape, axes, logsumexpReducer(), limits),
  ),
];
