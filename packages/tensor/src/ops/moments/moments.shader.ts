import type { PlanOf } from "../../core/op.ts";
import { foldPlan } from "../reduction/fold-plan.ts";
import type { MomentsAttributes } from "./moments.ts";
import { divisorOf } from "./moments.ts";
import { momentsReducer } from "./moments.wgsl.ts";

export { momentsOp as op } from "./moments.ts";

export const plan: PlanOf<MomentsAttributes> = ([x], attrs, limits) =>
  foldPlan(x!.shape, attrs.axes, momentsReducer(), limits, {
    parameters: [divisorOf(x!.shape, attrs)],
    isView: false,
  });
