import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { planFor } from "../../../core/plans/plan-tables.ts";
import type { MatmulAttributes } from "../matmul-shape.ts";
import { matmulPlan } from "./matmul-plan.ts";

export const plans: readonly PlanEntry[] = [planFor<MatmulAttributes>("matmul", matmulPlan)];
