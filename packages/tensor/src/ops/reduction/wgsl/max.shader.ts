import type { PlanOf } from "../../../core/op.ts";
import type { ReductionAttributes } from "../reduction-geometry.ts";
import { extremeReducer } from "./extreme.wgsl.ts";
import { foldPlan } from "./fold-plan.ts";

export { maxOp as op } from "../extreme.ts";

export const plan: PlanOf<ReductionAttributes> = ([x], { axes }, limits) =>
  foldPlan(x!.shape, axes, extremeReducer("max", x!.dtype, true), limits);
