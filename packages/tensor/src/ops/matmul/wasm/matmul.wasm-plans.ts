import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { matmulOp } from "../matmul.ts";
import { matmulPlan } from "./matmul-plan.ts";

export const plans: readonly PlanEntry[] = [planFor<typeof matmulOp>("matmul", matmulPlan)];
