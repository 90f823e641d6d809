import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { softmaxGradientOp, softmaxOp } from "../softmax.ts";
import { softmaxGradientPlan, softmaxPlan } from "./softmax-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof softmaxOp>("softmax", ([x], { axis }) => softmaxPlan("softmax", x!, axis)),
  planFor<typeof softmaxGradientOp>("softmaxGradient", ([y], { axis }) =>
    softmaxGradientPlan("softmaxGradient", y!, axis),
  ),
];
