import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { softmaxGradientOp, softmaxOp } from "../softmax.ts";
import { softmaxGradientPlan, softmaxPlan } from "./softmax-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor(softmaxOp, ([x], { axis }) => softmaxPlan("softmax", x!, axis)),
  planFor(softmaxGradientOp, ([y], { axis }) => softmaxGradientPlan("softmaxGradient", y!, axis)),
];
