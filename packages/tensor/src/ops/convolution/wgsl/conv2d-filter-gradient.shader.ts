import type { PlanOf } from "../../../core/op.ts";
import type { ConvolutionAttributes } from "../convolution.ts";
import { filterGradientWgslPlan } from "./filter-gradient-plan.ts";

export { conv2dFilterGradientOp as op } from "../conv2d.ts";

export const plan: PlanOf<ConvolutionAttributes> = filterGradientWgslPlan;
