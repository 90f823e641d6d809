import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { conv2dFilterGradientOp, conv2dInputGradientOp, conv2dOp } from "../conv2d.ts";
import { convolutionWgslPlan } from "./convolution-plan.ts";
import { filterGradientWgslPlan } from "./filter-gradient-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof conv2dFilterGradientOp>("conv2dFilterGradient", filterGradientWgslPlan),
  planFor<typeof conv2dInputGradientOp>("conv2dInputGradient", (inputs, attrs, limits, _donated, op) =>
    convolutionWgslPlan("transposed", op.outputs(inputs, attrs)[0]!, inputs, attrs, limits),
  ),
  planFor<typeof conv2dOp>("conv2d", (inputs, attrs, limits, _donated, op) =>
    convolutionWgslPlan("forward", op.outputs(inputs, attrs)[0]!, inputs, attrs, limits),
  ),
];
