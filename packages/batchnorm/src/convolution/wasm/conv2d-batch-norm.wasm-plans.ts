import type { PlanEntry } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import type { Conv2dBatchNormAttributes } from "../conv2d-batch-norm-operands.ts";
import { conv2dBatchNormPlan } from "./conv2d-batch-norm-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<Conv2dBatchNormAttributes>("conv2dBatchNorm", conv2dBatchNormPlan),
];
