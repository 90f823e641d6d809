import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { productOp } from "../product.ts";
import { foldPlan } from "./fold-plan.ts";
import { productReducer } from "./product.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof productOp>("product", ([x], { axes }, limits) =>
    foldPlan(x!.shape, axes, productReducer, limits),
  ),
];
