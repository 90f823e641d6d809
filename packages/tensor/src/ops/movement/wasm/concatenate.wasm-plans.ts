import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { concatenateOp } from "../concatenate.ts";
import { concatenatePlan } from "../concatenate.ts";
import { copyLaunches } from "./copy-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof concatenateOp>("concatenate", (parts, attrs, limits, _donated, op) =>
    concatenatePlan(op.outputs(parts, attrs)[0]!, parts, attrs, limits, copyLaunches),
  ),
];
