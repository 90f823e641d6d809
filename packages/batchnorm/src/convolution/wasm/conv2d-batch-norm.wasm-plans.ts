import type { PlanEntry } from "@evenkeel/tensor";
import { makePlanEntry } from "@evenkeel/tensor";
import type { Conv2dBatchNormAttributes } from "../conv2d-batch-norm-operands.ts";
import { planConv2dBatchNorm } from "./conv2d-batch-norm-plan.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<Conv2dBatchNormAttributes>("conv2dBatchNorm", planConv2dBatchNorm),
];
