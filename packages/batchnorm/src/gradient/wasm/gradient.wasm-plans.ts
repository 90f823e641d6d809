import type { PlanEntry } from "@evenkeel/tensor";
import { makePlanEntry } from "@evenkeel/tensor";
import type { NormalizationAttributes } from "../../pre-activation/attributes.ts";
import type { GradientApplyAttributes, GradientAttributes } from "../gradient-attributes.ts";
import { planGradient, planGradientApply, planGradientSums } from "./gradient-plan.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<NormalizationAttributes>("gradientSums", planGradientSums),
  makePlanEntry<GradientApplyAttributes>("gradientApply", planGradientApply),
  makePlanEntry<GradientAttributes>("normalizeGradient", planGradient),
];
