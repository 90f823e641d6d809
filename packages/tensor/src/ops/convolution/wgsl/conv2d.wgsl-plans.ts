import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { planFor } from "../../../core/plans/plan-tables.ts";
import type { Conv2dAttributes, FilterGradientAttributes } from "../convolution.ts";
import { convolutionWgslPlan } from "./convolution-plan.ts";
import { filterGradientWgslPlan } from "./filter-gradient-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<FilterGradientAttributes>("conv2dFilterGradient", filterGradientWgslPlan),
  planFor<Conv2dAttributes>("conv2dInputGradient", (inputs, attrs, limits, _donated, op) =>
    convolutionWgslPlan("transposed", op.outputs(inputs, attrs)[0]!, inputs, attrs, limits),
  ),
  planFor<Conv2dAttributes>("conv2d", (inputs, attrs, limits, _donated, op) =>
    convolutionWgslPlan("forward", op.outputs(inputs, attrs)[0]!, inputs, attrs, limits),
  ),
];
