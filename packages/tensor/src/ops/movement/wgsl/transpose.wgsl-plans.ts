import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { transposeOp, transposePlan } from "../transpose.ts";
import { shaderCopyLaunches } from "./copy-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor(transposeOp, ([x], attrs, limits) => transposePlan(x!, attrs, limits, shaderCopyLaunches), {
    takesStored: true,
  }),
];
