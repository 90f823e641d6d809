import type { PlanOf } from "../../core/op.ts";
import { extremeReducer } from "../reduction/extreme.wgsl.ts";
import { foldPlan } from "../reduction/fold-plan.ts";
import type { ReductionAttributes } from "../reduction/geometry.ts";

export { minOp as op } from "./min.ts";

export const plan: PlanOf<ReductionAttributes> = ([x], { axes }, limits) =>
  foldPlan(x!.shape, axes, extremeReducer("min", x!.dtype, false), limits);
