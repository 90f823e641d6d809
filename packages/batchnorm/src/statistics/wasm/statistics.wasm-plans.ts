import type { PlanEntry } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import { layoutOf } from "../../operands/layout.ts";
import type { statisticsOp } from "../statistics.ts";
import { statisticsPlan } from "./statistics-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof statisticsOp>("statistics", ([x], { axis }, limits) =>
    statisticsPlan(layoutOf(x!.shape, axis), limits),
  ),
];
