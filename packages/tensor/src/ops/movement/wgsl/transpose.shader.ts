import type { PlanOf } from "../../../core/op.ts";
import type { TransposeAttributes } from "../transpose.ts";
import { transposePlan } from "../transpose.ts";
import { shaderCopyLaunches } from "./copy-plan.ts";

export { transposeOp as op } from "../transpose.ts";

export const takesHalves = true;

export const plan: PlanOf<TransposeAttributes> = ([x], attrs, limits) =>
  transposePlan(x!, attrs, limits, shaderCopyLaunches);
