import type { PlanOf } from "../../../core/op.ts";
import type { MomentsAttributes } from "../moments.ts";
import { divisorOf } from "../moments.ts";
import { foldPlan } from "./fold-plan.ts";
import { momentsReducer } from "./moments.wgsl.ts";

export { momentsOp as op } from "../moments.ts";

export const plan: PlanOf<MomentsAttributes> = ([x], attrs, limits) =>
  foldPlan(x!.shape, attrs.axes, momentsReducer(), limits, {
    parameters: [divisorOf(x!.shape, attrs)],
    isView: false,
  });
