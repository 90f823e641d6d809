import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { conv2dFilterGradientOp, conv2dInputGradientOp, conv2dOp } from "../conv2d.ts";
import { convolutionPlan } from "./convolution-plan.ts";
import { filterGradientPlan } from "./filter-gradient-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor(conv2dOp, (inputs, attrs, limits) => convolutionPlan("forward", conv2dOp, inputs, attrs, limits)),
  planFor(conv2dInputGradientOp, (inputs, attrs, limits) =>
    convolutionPlan("transposed", conv2dInputGradientOp, inputs, attrs, limits),
  ),
  planFor(conv2dFilterGradientOp, filterGradientPlan),
];
