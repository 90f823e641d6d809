import type { PlanEntry } from "@evenkeel/tensor";
import { makePlanEntry } from "@evenkeel/tensor";
import type { LineAttributes } from "../line-attributes.ts";
import { planRows, planRowsGradient } from "./rows-plan.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<LineAttributes>("normalizeRows", planRows),
  makePlanEntry<LineAttributes>("normalizeRowsGradient", planRowsGradient),
];
