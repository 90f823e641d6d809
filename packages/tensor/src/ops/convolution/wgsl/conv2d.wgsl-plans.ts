import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import type { Conv2dAttributes, FilterGradientAttributes } from "../convolution.ts";
import { planShaderConvolution } from "./convolution-plan.ts";
import { planShaderFilterGradient } from "./filter-gradient-plan.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<FilterGradientAttributes>("conv2dFilterGradient", planShaderFilterGradient),
  makePlanEntry<Conv2dAttributes>("conv2dInputGradient", (inputs, attrs, limits, _donated, op) =>
    planShaderConvolution("transposed", op.outputs(inputs, attrs)[0]!, inputs, attrs, limits),
  ),
  makePlanEntry<Conv2dAttributes>("conv2d", (inputs, attrs, limits, _donated, op) =>
    planShaderConvolution("forward", op.outputs(inputs, attrs)[0]!, inputs, attrs, limits),
  ),
];
