import type { PlanEntry } from "@evenkeel/tensor";
import { makePlanEntry } from "@evenkeel/tensor";
import type { NormalizationAttributes } from "../../pre-activation/attributes.ts";
import { planTraining } from "./batch-norm-training-plan.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<NormalizationAttributes>("batchNormTraining", planTraining),
];
