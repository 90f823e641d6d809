import type { PlanOf } from "../../core/op.ts";
import { foldPlan } from "../reduction/fold-plan.ts";
import type { ReductionAttributes } from "../reduction/geometry.ts";
import { productReducer } from "./product.wgsl.ts";

export { productOp as op } from "./product.ts";

export const plan: PlanOf<ReductionAttributes> = ([x], { axes }, limits) =>
  foldPlan(x!.shape, axes, productReducer, limits);
