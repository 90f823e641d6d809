import type { PlanOf } from "../../../core/op.ts";
import type { CumulativeSumAttributes } from "../cumulative-sum.ts";
import { cumulativeSumPlan } from "./scan-plan.ts";

export { cumulativeSumOp as op } from "../cumulative-sum.ts";

export const plan: PlanOf<CumulativeSumAttributes> = ([x], attrs, limits) =>
  cumulativeSumPlan(x!, attrs, limits);
