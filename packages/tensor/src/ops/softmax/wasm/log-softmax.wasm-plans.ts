import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { logSoftmaxGradientOp, logSoftmaxOp } from "../log-softmax.ts";
import { softmaxGradientPlan, softmaxPlan } from "./softmax-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof logSoftmaxOp>("logSoftmax", ([x], { axis }) => softmaxPlan("logSoftmax", x!, axis)),
  planFor<typeof logSoftmaxGradientOp>("logSoftmaxGradient", ([y], { axis }) =>
    softmaxGradientPlan("logSoftmaxGradient", y!, axis),
  ),
];
