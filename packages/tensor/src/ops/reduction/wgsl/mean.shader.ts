import type { PlanOf } from "../../../core/op.ts";
import type { ReductionAttributes } from "../reduction-geometry.ts";
import { reductionLength } from "../reduction-geometry.ts";
import { foldPlan } from "./fold-plan.ts";
import { meanReducer } from "./mean.wgsl.ts";

export { meanOp as op } from "../mean.ts";

export const plan: PlanOf<ReductionAttributes> = ([x], { axes }, limits) =>
  foldPlan(x!.shape, axes, meanReducer(), limits, { parameters: [reductionLength(x!.shape, axes)] });
