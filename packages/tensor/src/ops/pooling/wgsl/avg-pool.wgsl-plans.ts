import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { planFor } from "../../../core/plans/plan-tables.ts";
import { sizeOf } from "../../../core/spec.ts";
import type { AvgPoolAttributes, AvgPoolGradientAttributes } from "../attributes.ts";
import { planeGeometry } from "../pooling-geometry.ts";
import { avgPoolGradientKernel, avgPoolKernel } from "./avg-pool.wgsl.ts";
import { shaderPoolPlan } from "./pooling-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<AvgPoolGradientAttributes>("avgPoolGradient", ([dy], attrs, limits) => {
    const geometry = planeGeometry(attrs.inputShape, dy!.shape, attrs);
    return shaderPoolPlan(geometry, sizeOf(attrs.inputShape), limits, (windows, work) =>
      planLaunch(avgPoolGradientKernel(), {
        reads: { dy: { input: 0 } },
        writes: { dx: { output: 0 } },
        parameters: { ...windows, countsPadding: Number(attrs.countIncludePad) },
        work,
      }),
    );
  }),
  planFor<AvgPoolAttributes>("avgPool", ([x], attrs, limits, _donated, op) => {
    const [y] = op.outputs([x], attrs);
    const geometry = planeGeometry(x!.shape, y!.shape, attrs);
    return shaderPoolPlan(geometry, sizeOf(y!.shape), limits, (windows, work) =>
      planLaunch(avgPoolKernel(), {
        reads: { x: { input: 0 } },
        writes: { y: { output: 0 } },
        parameters: { ...windows, countsPadding: Number(attrs.countIncludePad) },
        work,
      }),
    );
  }),
];
