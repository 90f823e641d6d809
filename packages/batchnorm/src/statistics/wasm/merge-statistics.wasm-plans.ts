import type { PlanEntry } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import type { mergeStatisticsOp } from "../merge-statistics.ts";
import { mergePlan } from "./merge-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof mergeStatisticsOp>("mergeStatistics", (inputs, _attrs, limits) => mergePlan(inputs, limits)),
];
