import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { logSoftmaxGradientOp, logSoftmaxOp } from "../log-softmax.ts";
import { softmaxGradientPlan, softmaxPlan } from "./softmax-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor(logSoftmaxOp, ([x], { axis }) => softmaxPlan("logSoftmax", x!, axis)),
  planFor(logSoftmaxGradientOp, ([y], { axis }) => softmaxGradientPlan("logSoftmaxGradient", y!, axis)),
];
