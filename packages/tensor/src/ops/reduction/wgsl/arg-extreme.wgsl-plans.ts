import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { argmaxOp, argminOp, isArgmaxOp } from "../arg-extreme.ts";
import { argExtremeReducer, isArgmaxReducer } from "./arg-extreme.wgsl.ts";
import { foldPlan } from "./fold-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof argmaxOp>("argmax", ([x], { axes }, limits) =>
    foldPlan(x!.shape, axes, argExtremeReducer("argmax", x!.dtype, true), limits, { isView: false }),
  ),
  planFor<typeof argminOp>("argmin", ([x], { axes }, limits) =>
    foldPlan(x!.shape, axes, argExtremeReducer("argmin", x!.dtype, false), limits, { isView: false }),
  ),
  planFor<typeof isArgmaxOp>("isArgmax", ([x], _attrs, limits) =>
    foldPlan(x!.shape, [x!.shape.length - 1], isArgmaxReducer(x!.dtype), limits, { isView: false }),
  ),
];
