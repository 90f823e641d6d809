import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { planFor } from "../../../core/plans/plan-tables.ts";
import { sizeOf } from "../../../core/spec.ts";
import type { PoolAttributes, PoolGradientAttributes } from "../attributes.ts";
import { planeGeometry } from "../pooling-geometry.ts";
import { maxPoolGradientKernel, maxPoolKernel, maxPoolSelectKernel } from "./max-pool.wgsl.ts";
import { shaderPoolPlan } from "./pooling-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<PoolGradientAttributes>("maxPoolGradient", ([dy, places], attrs, limits) =>
    shaderPoolPlan(planeGeometry(attrs.inputShape, dy!.shape, attrs), limits, {
      kernel: maxPoolGradientKernel(places!.dtype),
      reads: [{ input: 0 }, { input: 1 }],
      writes: [{ output: 0 }],
      count: sizeOf(attrs.inputShape),
    }),
  ),
  planFor<PoolAttributes>("maxPoolSelect", ([x, places], attrs, limits) =>
    shaderPoolPlan(planeGeometry(x!.shape, places!.shape, attrs), limits, {
      kernel: maxPoolSelectKernel(places!.dtype),
      reads: [{ input: 0 }, { input: 1 }],
      writes: [{ output: 0 }],
      count: sizeOf(places!.shape),
    }),
  ),
  planFor<PoolAttributes>("maxPool", ([x], attrs, limits, _donated, op) => {
    const [y, places] = op.outputs([x], attrs);
    const size = sizeOf(y!.shape);
    return shaderPoolPlan(planeGeometry(x!.shape, y!.shape, attrs), limits, {
      kernel: maxPoolKernel(places!.dtype),
      reads: [{ input: 0 }],
      writes: [{ output: 0 }, { output: 1 }],
      count: places!.dtype === "u8" ? Math.ceil(size / 4) : size,
      more: size,
    });
  }),
];
