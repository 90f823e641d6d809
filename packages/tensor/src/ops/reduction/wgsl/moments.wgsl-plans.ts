import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { momentsOp } from "../moments.ts";
import { divisorOf } from "../moments.ts";
import { foldPlan } from "./fold-plan.ts";
import { momentsReducer } from "./moments.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof momentsOp>("moments", ([x], attrs, limits) =>
    foldPlan(x!.shape, attrs.axes, momentsReducer(), limits, {
      parameters: [divisorOf(x!.shape, attrs)],
      isView: false,
    }),
  ),
];
