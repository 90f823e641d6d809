import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { conv2dFilterGradientOp, conv2dInputGradientOp, conv2dOp } from "../conv2d.ts";
import { convolutionPlan } from "./convolution-plan.ts";
import { filterGradientPlan } from "./filter-gradient-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof conv2dOp>("conv2d", (inputs, attrs, limits, _donated, op) =>
    convolutionPlan("forward", op.outputs(inputs, attrs)[0]!, inputs, attrs, limits),
  ),
  planFor<typeof conv2dInputGradientOp>("conv2dInputGradient", (inputs, attrs, limits, _donated, op) =>
    convolutionPlan("transposed", op.outputs(inputs, attrs)[0]!, inputs, attrs, limits),
  ),
  planFor<typeof conv2dFilterGradientOp>("conv2dFilterGradient", filterGradientPlan),
];
