import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import { planCopy } from "../../movement/wasm/copy-plan.ts";
import type { ExtendAttributes } from "../attributes.ts";
import { planExtend } from "../extend-plan.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<ExtendAttributes>("extend", ([x], attrs, limits) => planExtend(x!, attrs, limits, planCopy)),
];
