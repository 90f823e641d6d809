import type { PlanEntry } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import type { NormalizationAttributes } from "../../pre-activation/attributes.ts";
import type { GradientApplyAttributes, GradientAttributes } from "../gradient-attributes.ts";
import { gradientApplyPlan, gradientPlan, gradientSumsPlan } from "./gradient-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<NormalizationAttributes>("gradientSums", gradientSumsPlan),
  planFor<GradientApplyAttributes>("gradientApply", gradientApplyPlan),
  planFor<GradientAttributes>("normalizeGradient", gradientPlan),
];
