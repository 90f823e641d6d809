import type { PlanEntry } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import { normalizeGradientOp } from "../gradient.ts";
import { gradientPlan } from "./gradient-plan.ts";

export const plans: readonly PlanEntry[] = [planFor(normalizeGradientOp, gradientPlan)];
