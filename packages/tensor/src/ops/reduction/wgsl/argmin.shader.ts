import type { PlanOf } from "../../../core/op.ts";
import type { ArgExtremeAttributes } from "../arg-extreme.ts";
import { argExtremeReducer } from "./arg-extreme.wgsl.ts";
import { foldPlan } from "./fold-plan.ts";

export { argminOp as op } from "../arg-extreme.ts";

export const plan: PlanOf<ArgExtremeAttributes> = ([x], { axes }, limits) =>
  foldPlan(x!.shape, axes, argExtremeReducer("argmin", x!.dtype, false), limits, { isView: false });
