import type { PlanEntry } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import { layoutOf } from "../../operands/layout.ts";
import { statisticsOp } from "../statistics.ts";
import { statisticsPlan } from "./statistics-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor(statisticsOp, ([x], { axis }, limits) => statisticsPlan(layoutOf(x!.shape, axis), limits)),
];
