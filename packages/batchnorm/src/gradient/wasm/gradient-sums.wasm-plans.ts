import type { PlanEntry } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import type { gradientSumsOp } from "../gradient-sums.ts";
import { gradientSumsPlan } from "./gradient-plan.ts";

export const plans: readonly PlanEntry[] = [planFor<typeof gradientSumsOp>("gradientSums", gradientSumsPlan)];
