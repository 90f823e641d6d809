import type { PlanEntry } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import type { gradientApplyOp } from "../gradient-apply.ts";
import { gradientApplyPlan } from "./gradient-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof gradientApplyOp>("gradientApply", gradientApplyPlan),
];
