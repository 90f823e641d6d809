import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import type { MatmulAttributes } from "../matmul-shape.ts";
import { planMatmul } from "./matmul-plan.ts";

export const plans: readonly PlanEntry[] = [makePlanEntry<MatmulAttributes>("matmul", planMatmul)];
