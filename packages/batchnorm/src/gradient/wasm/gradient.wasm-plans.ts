import type { PlanEntry } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import type { normalizeGradientOp } from "../gradient.ts";
import { gradientPlan } from "./gradient-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof normalizeGradientOp>("normalizeGradient", gradientPlan),
];
