import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { transposeOp } from "../transpose.ts";
import { transposePlan } from "../transpose.ts";
import { copyLaunches } from "./copy-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof transposeOp>("transpose", ([x], attrs, limits) =>
    transposePlan(x!, attrs, limits, copyLaunches),
  ),
];
