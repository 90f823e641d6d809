import type { PlanEntry } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import { layoutOf } from "../../operands/layout.ts";
import type { StatisticsAttributes } from "../statistics-attributes.ts";
import { mergePlan } from "./merge-plan.ts";
import { statisticsPlan } from "./statistics-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<StatisticsAttributes>("statistics", ([x], { axis }, limits) =>
    statisticsPlan(layoutOf(x!.shape, axis), limits),
  ),
  planFor("mergeStatistics", (inputs, _attrs, limits) => mergePlan(inputs, limits)),
];
