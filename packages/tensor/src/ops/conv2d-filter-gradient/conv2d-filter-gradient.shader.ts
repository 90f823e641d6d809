import type { PlanOf } from "../../core/op.ts";
import type { ConvolutionAttributes } from "../conv2d/convolution.ts";
import { filterGradientWgslPlan } from "./filter-gradient-wgsl-plan.ts";

export { conv2dFilterGradientOp as op } from "./conv2d-filter-gradient.ts";

export const plan: PlanOf<ConvolutionAttributes> = filterGradientWgslPlan;
