import type { PlanEntry } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import type { NormalizationAttributes } from "../../pre-activation/attributes.ts";
import { normalizePlan } from "./normalize-plan.ts";

export const plans: readonly PlanEntry[] = [planFor<NormalizationAttributes>("normalize", normalizePlan)];
