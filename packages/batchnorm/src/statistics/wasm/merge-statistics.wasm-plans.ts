import type { PlanEntry } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import { mergeStatisticsOp } from "../merge-statistics.ts";
import { mergePlan } from "./merge-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor(mergeStatisticsOp, (inputs, _attrs, limits) => mergePlan(inputs, limits)),
];
