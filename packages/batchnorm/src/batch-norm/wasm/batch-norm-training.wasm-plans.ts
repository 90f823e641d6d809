import type { PlanEntry } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import type { batchNormTrainingOp } from "../batch-norm-training.ts";
import { trainingPlan } from "./batch-norm-training-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof batchNormTrainingOp>("batchNormTraining", trainingPlan),
];
