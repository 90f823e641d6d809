import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { planFor } from "../../../core/plans/plan-tables.ts";
import { sizeOf } from "../../../core/spec.ts";
import type { AvgPoolAttributes, AvgPoolGradientAttributes } from "../attributes.ts";
import { planeGeometry } from "../pooling-geometry.ts";
import { avgPoolGradientKernel, avgPoolKernel } from "./avg-pool.wgsl.ts";
import { shaderPoolPlan } from "./pooling-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<AvgPoolGradientAttributes>("avgPoolGradient", ([dy], attrs, limits) =>
    shaderPoolPlan(planeGeometry(attrs.inputShape, dy!.shape, attrs), limits, {
      kernel: avgPoolGradientKernel(),
      reads: [{ input: 0 }],
      writes: [{ output: 0 }],
      count: sizeOf(attrs.inputShape),
      more: Number(attrs.countIncludePad),
    }),
  ),
  planFor<AvgPoolAttributes>("avgPool", ([x], attrs, limits, _donated, op) => {
    const [y] = op.outputs([x], attrs);
    return shaderPoolPlan(planeGeometry(x!.shape, y!.shape, attrs), limits, {
      kernel: avgPoolKernel(),
      reads: [{ input: 0 }],
      writes: [{ output: 0 }],
      count: sizeOf(y!.shape),
      more: Number(attrs.countIncludePad),
    });
  }),
];
