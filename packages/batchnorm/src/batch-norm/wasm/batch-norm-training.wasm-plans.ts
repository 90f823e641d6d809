import type { PlanEntry } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import type { NormalizationAttributes } from "../../pre-activation/attributes.ts";
import { trainingPlan } from "./batch-norm-training-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<NormalizationAttributes>("batchNormTraining", trainingPlan),
];
