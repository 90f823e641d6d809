import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import type { Conv2dAttributes, FilterGradientAttributes } from "../convolution.ts";
import { planConvolution } from "./convolution-plan.ts";
import { planFilterGradient } from "./filter-gradient-plan.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<Conv2dAttributes>("conv2d", (inputs, attrs, limits, _donated, op) =>
    planConvolution("forward", op.outputs(inputs, attrs)[0]!, inputs, attrs, limits),
  ),
  makePlanEntry<Conv2dAttributes>("conv2dInputGradient", (inputs, attrs, limits, _donated, op) =>
    planConvolution("transposed", op.outputs(inputs, attrs)[0]!, inputs, attrs, limits),
  ),
  makePlanEntry<FilterGradientAttributes>("conv2dFilterGradient", planFilterGradient),
];
