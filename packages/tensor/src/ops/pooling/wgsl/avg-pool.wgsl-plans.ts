import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { sizeOf } from "../../../core/spec.ts";
import { avgPoolGradientOp, avgPoolOp } from "../avg-pool.ts";
import { planeGeometry } from "../pooling-geometry.ts";
import { avgPoolGradientKernel, avgPoolKernel } from "./avg-pool.wgsl.ts";
import { shaderPoolPlan } from "./pooling-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor(avgPoolGradientOp, ([dy], attrs, limits) =>
    shaderPoolPlan(planeGeometry(attrs.inputShape, dy!.shape, attrs), limits, {
      kernel: avgPoolGradientKernel(),
      reads: [{ input: 0 }],
      writes: [{ output: 0 }],
      count: sizeOf(attrs.inputShape),
      more: Number(attrs.countIncludePad),
    }),
  ),
  planFor(avgPoolOp, ([x], attrs, limits) => {
    const [y] = avgPoolOp.outputs([x], attrs);
    return shaderPoolPlan(planeGeometry(x!.shape, y!.shape, attrs), limits, {
      kernel: avgPoolKernel(),
      reads: [{ input: 0 }],
      writes: [{ output: 0 }],
      count: sizeOf(y!.shape),
      more: Number(attrs.countIncludePad),
    });
  }),
];
