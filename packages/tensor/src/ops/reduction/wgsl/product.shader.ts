import type { PlanOf } from "../../../core/op.ts";
import type { ReductionAttributes } from "../reduction-geometry.ts";
import { foldPlan } from "./fold-plan.ts";
import { productReducer } from "./product.wgsl.ts";

export { productOp as op } from "../product.ts";

export const plan: PlanOf<ReductionAttributes> = ([x], { axes }, limits) =>
  foldPlan(x!.shape, axes, productReducer, limits);
