import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { conv2dFilterGradientOp, conv2dInputGradientOp, conv2dOp } from "../conv2d.ts";
import { convolutionWgslPlan } from "./convolution-plan.ts";
import { filterGradientWgslPlan } from "./filter-gradient-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor(conv2dFilterGradientOp, filterGradientWgslPlan),
  planFor(conv2dInputGradientOp, (inputs, attrs, limits) =>
    convolutionWgslPlan("transposed", conv2dInputGradientOp, inputs, attrs, limits),
  ),
  planFor(conv2dOp, (inputs, attrs, limits) =>
    convolutionWgslPlan("forward", conv2dOp, inputs, attrs, limits),
  ),
];
