import type { PlanOf } from "../../../core/op.ts";
import { sizeOf } from "../../../core/spec.ts";
import type { PoolAttributes } from "../pooling-geometry.ts";
import { planeGeometry } from "../pooling-geometry.ts";
import { shaderPoolPlan } from "../pooling-plan.ts";
import { maxPoolSelectKernel } from "./max-pool.wgsl.ts";

export { maxPoolSelectOp as op } from "../max-pool.ts";

export const plan: PlanOf<PoolAttributes> = ([x, places], attrs, limits) =>
  shaderPoolPlan(planeGeometry(x!.shape, places!.shape, attrs), limits, {
    kernel: maxPoolSelectKernel(places!.dtype),
    reads: [{ input: 0 }, { input: 1 }],
    writes: [{ output: 0 }],
    count: sizeOf(places!.shape),
  });
