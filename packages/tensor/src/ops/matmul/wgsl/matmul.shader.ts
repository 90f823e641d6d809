import type { PlanOf } from "../../../core/op.ts";
import type { MatmulAttributes } from "../matmul.ts";
import { matmulWgslPlan } from "./matmul-plan.ts";

export { matmulOp as op } from "../matmul.ts";

export const plan: PlanOf<MatmulAttributes> = matmulWgslPlan;
