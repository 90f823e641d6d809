import type { PlanOf } from "../../../core/op.ts";
import { sizeOf } from "../../../core/spec.ts";
import type { PoolGradientAttributes } from "../pooling-geometry.ts";
import { planeGeometry } from "../pooling-geometry.ts";
import { shaderPoolPlan } from "../pooling-plan.ts";
import { maxPoolGradientKernel } from "./max-pool.wgsl.ts";

export { maxPoolGradientOp as op } from "../max-pool.ts";

export const plan: PlanOf<PoolGradientAttributes> = ([dy, places], attrs, limits) =>
  shaderPoolPlan(planeGeometry(attrs.inputShape, dy!.shape, attrs), limits, {
    kernel: maxPoolGradientKernel(places!.dtype),
    reads: [{ input: 0 }, { input: 1 }],
    writes: [{ output: 0 }],
    count: sizeOf(attrs.inputShape),
  });
