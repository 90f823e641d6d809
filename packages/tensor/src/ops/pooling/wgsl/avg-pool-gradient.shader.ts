import type { PlanOf } from "../../../core/op.ts";
import { sizeOf } from "../../../core/spec.ts";
import type { AvgPoolGradientAttributes } from "../avg-pool.ts";
import { planeGeometry } from "../pooling-geometry.ts";
import { shaderPoolPlan } from "../pooling-plan.ts";
import { avgPoolGradientKernel } from "./avg-pool.wgsl.ts";

export { avgPoolGradientOp as op } from "../avg-pool.ts";

export const plan: PlanOf<AvgPoolGradientAttributes> = ([dy], attrs, limits) =>
  shaderPoolPlan(planeGeometry(attrs.inputShape, dy!.shape, attrs), limits, {
    kernel: avgPoolGradientKernel(),
    reads: [{ input: 0 }],
    writes: [{ output: 0 }],
    count: sizeOf(attrs.inputShape),
    more: Number(attrs.countIncludePad),
  });
