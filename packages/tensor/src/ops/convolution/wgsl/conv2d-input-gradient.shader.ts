import type { PlanOf } from "../../../core/op.ts";
import type { Conv2dAttributes } from "../conv2d.ts";
import { conv2dInputGradientOp } from "../conv2d.ts";
import { convolutionWgslPlan } from "./convolution-plan.ts";

export { conv2dInputGradientOp as op } from "../conv2d.ts";

export const plan: PlanOf<Conv2dAttributes> = (inputs, attrs, limits) =>
  convolutionWgslPlan("transposed", conv2dInputGradientOp, inputs, attrs, limits);
