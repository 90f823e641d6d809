import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { meanOp } from "../mean.ts";
import { reductionLength } from "../reduction-geometry.ts";
import { foldPlan } from "./fold-plan.ts";
import { meanReducer } from "./mean.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof meanOp>("mean", ([x], { axes }, limits) =>
    foldPlan(x!.shape, axes, meanReducer(), limits, { parameters: [reductionLength(x!.shape, axes)] }),
  ),
];
