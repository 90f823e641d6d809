import type { PlanEntry } from "@evenkeel/tensor";
import { makePlanEntry } from "@evenkeel/tensor";
import type { NormalizationAttributes } from "../../pre-activation/attributes.ts";
import { planNormalize } from "./normalize-plan.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<NormalizationAttributes>("normalize", planNormalize),
];
