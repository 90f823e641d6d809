import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { planFor } from "../../../core/plans/plan-tables.ts";
import type { Conv2dAttributes, FilterGradientAttributes } from "../convolution.ts";
import { convolutionPlan } from "./convolution-plan.ts";
import { filterGradientPlan } from "./filter-gradient-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<Conv2dAttributes>("conv2d", (inputs, attrs, limits, _donated, op) =>
    convolutionPlan("forward", op.outputs(inputs, attrs)[0]!, inputs, attrs, limits),
  ),
  planFor<Conv2dAttributes>("conv2dInputGradient", (inputs, attrs, limits, _donated, op) =>
    convolutionPlan("transposed", op.outputs(inputs, attrs)[0]!, inputs, attrs, limits),
  ),
  planFor<FilterGradientAttributes>("conv2dFilterGradient", filterGradientPlan),
];
