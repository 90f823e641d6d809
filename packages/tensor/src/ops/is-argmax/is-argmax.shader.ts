import type { PlanOf } from "../../core/op.ts";
import { foldPlan } from "../reduction/fold-plan.ts";
import { isArgmaxReducer } from "../selection/arg-extreme.wgsl.ts";

export { isArgmaxOp as op } from "./is-argmax.ts";

export const plan: PlanOf<object> = ([x], _attrs, limits) =>
  foldPlan(x!.shape, [x!.shape.length - 1], isArgmaxReducer(x!.dtype), limits, { isView: false });
