import type { PlanEntry } from "@evenkeel/tensor";
import { makePlanEntry } from "@evenkeel/tensor";
import { computeLayout } from "../../operands/layout.ts";
import type { StatisticsAttributes } from "../statistics-attributes.ts";
import { planMerge } from "./merge-plan.ts";
import { planStatistics } from "./statistics-plan.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<StatisticsAttributes>("statistics", ([x], { axis }, limits) =>
    planStatistics(computeLayout(x!.shape, axis), limits),
  ),
  makePlanEntry("mergeStatistics", (inputs, _attrs, limits) => planMerge(inputs, limits)),
];
