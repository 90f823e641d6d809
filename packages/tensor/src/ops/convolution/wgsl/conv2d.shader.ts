import type { PlanOf } from "../../../core/op.ts";
import type { Conv2dAttributes } from "../conv2d.ts";
import { conv2dOp } from "../conv2d.ts";
import { convolutionWgslPlan } from "./convolution-plan.ts";

export { conv2dOp as op } from "../conv2d.ts";

export const plan: PlanOf<Conv2dAttributes> = (inputs, attrs, limits) =>
  convolutionWgslPlan("forward", conv2dOp, inputs, attrs, limits);
