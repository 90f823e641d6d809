import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { softmaxCrossEntropyGradientOp, softmaxCrossEntropyOp } from "../softmax-cross-entropy.ts";
import { labelCheck } from "../softmax-cross-entropy.ts";
import { crossEntropyGradientPlan, crossEntropyPlan } from "./softmax-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof softmaxCrossEntropyOp>("softmaxCrossEntropy", ([logits], attrs) =>
    crossEntropyPlan(logits!, attrs, labelCheck(logits!)),
  ),
  planFor<typeof softmaxCrossEntropyGradientOp>("softmaxCrossEntropyGradient", ([logits], attrs) =>
    crossEntropyGradientPlan(logits!, attrs),
  ),
];
