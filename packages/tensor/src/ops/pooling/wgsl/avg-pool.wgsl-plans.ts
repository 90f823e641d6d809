import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import { countElements } from "../../../core/spec.ts";
import type { AvgPoolAttributes, AvgPoolGradientAttributes } from "../attributes.ts";
import { computePlaneGeometry } from "../pooling-geometry.ts";
import { writeAvgPoolGradientKernel, writeAvgPoolKernel } from "./avg-pool.wgsl.ts";
import { planShaderPool } from "./pooling-plan.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<AvgPoolGradientAttributes>("avgPoolGradient", ([dy], attrs, limits) => {
    const geometry = computePlaneGeometry(attrs.inputShape, dy!.shape, attrs);
    return planShaderPool(geometry, countElements(attrs.inputShape), limits, (windows, work) =>
      planLaunch(writeAvgPoolGradientKernel(), {
        reads: { dy: { input: 0 } },
        writes: { dx: { output: 0 } },
        parameters: { ...windows, countsPadding: Number(attrs.countIncludePad) },
        work,
      }),
    );
  }),
  makePlanEntry<AvgPoolAttributes>("avgPool", ([x], attrs, limits, _donated, op) => {
    const [y] = op.outputs([x], attrs);
    const geometry = computePlaneGeometry(x!.shape, y!.shape, attrs);
    return planShaderPool(geometry, countElements(y!.shape), limits, (windows, work) =>
      planLaunch(writeAvgPoolKernel(), {
        reads: { x: { input: 0 } },
        writes: { y: { output: 0 } },
        parameters: { ...windows, countsPadding: Number(attrs.countIncludePad) },
        work,
      }),
    );
  }),
];
