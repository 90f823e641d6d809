import type { PlanEntry } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import type { normalizeOp } from "../normalize.ts";
import { normalizePlan } from "./normalize-plan.ts";

export const plans: readonly PlanEntry[] = [planFor<typeof normalizeOp>("normalize", normalizePlan)];
