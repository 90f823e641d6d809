import type { PlanEntry } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import { gradientSumsPlan } from "./gradient-plan.ts";
import { gradientSumsOp } from "./gradient-sums.ts";

export const plans: readonly PlanEntry[] = [planFor(gradientSumsOp, gradientSumsPlan)];
