import type { PlanOf } from "../../../core/op.ts";
import type { ReductionAttributes } from "../reduction-geometry.ts";
import { foldPlan } from "./fold-plan.ts";
import { sumReducer } from "./sum.wgsl.ts";

export { sumOp as op } from "../sum.ts";

export const plan: PlanOf<ReductionAttributes> = ([x], { axes }, limits) =>
  foldPlan(x!.shape, axes, sumReducer(x!.dtype), limits);
