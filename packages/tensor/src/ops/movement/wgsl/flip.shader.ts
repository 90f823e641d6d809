import type { PlanOf } from "../../../core/op.ts";
import type { FlipAttributes } from "../flip.ts";
import { flipPlan } from "../flip.ts";
import { shaderCopyLaunches } from "./copy-plan.ts";

export { flipOp as op } from "../flip.ts";

export const takesHalves = true;

export const plan: PlanOf<FlipAttributes> = ([x], attrs, limits) =>
  flipPlan(x!, attrs, limits, shaderCopyLaunches);
