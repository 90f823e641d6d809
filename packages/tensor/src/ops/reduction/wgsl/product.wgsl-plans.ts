import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { productOp } from "../product.ts";
import { foldPlan } from "./fold-plan.ts";
import { productReducer } from "./product.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  planFor(productOp, ([x], { axes }, limits) => foldPlan(x!.shape, axes, productReducer, limits)),
];
