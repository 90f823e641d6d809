import type { PlanOf } from "../../../core/op.ts";
import { isArgmaxReducer } from "./arg-extreme.wgsl.ts";
import { foldPlan } from "./fold-plan.ts";

export { isArgmaxOp as op } from "../arg-extreme.ts";

export const plan: PlanOf<object> = ([x], _attrs, limits) =>
  foldPlan(x!.shape, [x!.shape.length - 1], isArgmaxReducer(x!.dtype), limits, { isView: false });
