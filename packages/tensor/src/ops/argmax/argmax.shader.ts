import type { PlanOf } from "../../core/op.ts";
import { foldPlan } from "../reduction/fold-plan.ts";
import type { ArgExtremeAttributes } from "../selection/arg-extreme.ts";
import { argExtremeReducer } from "../selection/arg-extreme.wgsl.ts";

export { argmaxOp as op } from "./argmax.ts";

export const plan: PlanOf<ArgExtremeAttributes> = ([x], { axes }, limits) =>
  foldPlan(x!.shape, axes, argExtremeReducer("argmax", x!.dtype, true), limits, { isView: false });
