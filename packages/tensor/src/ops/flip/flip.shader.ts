import type { PlanOf } from "../../core/op.ts";
import { shaderCopyLaunches } from "../movement/shader-copy.ts";
import type { FlipAttributes } from "./flip.ts";
import { flipPlan } from "./flip.ts";

export { flipOp as op } from "./flip.ts";

export const takesHalves = true;

export const plan: PlanOf<FlipAttributes> = ([x], attrs, limits) =>
  flipPlan(x!, attrs, limits, shaderCopyLaunches);
