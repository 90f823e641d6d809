import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import {
  labelCheck,
  softmaxCrossEntropyGradientOp,
  softmaxCrossEntropyOp,
} from "../softmax-cross-entropy.ts";
import { crossEntropyGradientPlan, crossEntropyPlan } from "./softmax-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor(softmaxCrossEntropyOp, ([logits], attrs) => crossEntropyPlan(logits!, attrs, labelCheck(logits!))),
  planFor(softmaxCrossEntropyGradientOp, ([logits], attrs) => crossEntropyGradientPlan(logits!, attrs)),
];
