import type { PlanOf } from "../../../core/op.ts";
import type { ReductionAttributes } from "../../reduction/reduction-geometry.ts";
import { foldPlan } from "../../reduction/wgsl/fold-plan.ts";
import { logsumexpReducer } from "./logsumexp.wgsl.ts";

export { logsumexpOp as op } from "../logsumexp.ts";

export const plan: PlanOf<ReductionAttributes> = ([x], { axes }, limits) =>
  foldPlan(x!.shape, axes, logsumexpReducer(), limits);
