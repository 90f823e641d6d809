import type { PlanEntry } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import { mergePlan } from "./merge-plan.ts";
import { mergeStatisticsOp } from "./merge-statistics.ts";

export const plans: readonly PlanEntry[] = [
  planFor(mergeStatisticsOp, (inputs, _attrs, limits) => mergePlan(inputs, limits)),
];
