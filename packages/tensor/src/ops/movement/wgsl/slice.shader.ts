import type { PlanOf } from "../../../core/op.ts";
import type { SliceAttributes } from "../slice.ts";
import { slicePlan } from "../slice.ts";
import { shaderCopyLaunches } from "./copy-plan.ts";

export { sliceOp as op } from "../slice.ts";

export const takesHalves = true;

export const plan: PlanOf<SliceAttributes> = ([x], attrs, limits) =>
  slicePlan(x!, attrs, limits, shaderCopyLaunches);
