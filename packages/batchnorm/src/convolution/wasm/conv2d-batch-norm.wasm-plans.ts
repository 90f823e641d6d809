import type { PlanEntry } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import type { conv2dBatchNormOp } from "../conv2d-batch-norm-op.ts";
import { conv2dBatchNormPlan } from "./conv2d-batch-norm-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof conv2dBatchNormOp>("conv2dBatchNorm", conv2dBatchNormPlan),
];
