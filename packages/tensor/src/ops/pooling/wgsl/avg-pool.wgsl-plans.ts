import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import { countElements } from "../../../core/spec.ts";
import type { AvgPoolAttributes, AvgPoolGradientAttributes } from "../attributes.ts";
import type { PlaneGeometry } from "../pooling-geometry.ts";
import { computePlaneGeometry } from "../pooling-geometry.ts";
import { writeAvgPoolGradientKernel, writeAvgPoolKernel } from "./avg-pool.wgsl.ts";
import { planShaderPool } from "./pooling-plan.ts";

/** The parameters that determine the divisor of each window. */
const nameDivisorValues = ({ paddingAfter }: PlaneGeometry, attrs: AvgPoolAttributes) => ({
  countsPadding: Number(attrs.countIncludePad),
  divisor: attrs.divisor ?? 0,
  paddingAfter: [paddingAfter.height, paddingAfter.width] as const,
});

export const plans: readonly PlanEntry[] = [
  makePlanEntry<AvgPoolGradientAttributes>("avgPoolGradient", ([dy], attrs, limits) => {
    const geometry = computePlaneGeometry(attrs.inputShape, dy!.shape, attrs);
    return planShaderPool(geometry, countElements(attrs.inputShape), limits, (windows, work) =>
      planLaunch(writeAvgPoolGradientKernel(geometry.isAdaptive), {
        reads: { dy: { input: 0 } },
        writes: { dx: { output: 0 } },
        parameters: { ...windows, ...nameDivisorValues(geometry, attrs) },
        work,
      }),
    );
  }),
  makePlanEntry<AvgPoolAttributes>("avgPool", ([x], attrs, limits, _donated, op) => {
    const [y] = op.outputs([x], attrs);
    const geometry = computePlaneGeometry(x!.shape, y!.shape, attrs);
    return planShaderPool(geometry, countElements(y!.shape), limits, (windows, work) =>
      planLaunch(writeAvgPoolKernel(geometry.isAdaptive), {
        reads: { x: { input: 0 } },
        writes: { y: { output: 0 } },
        parameters: { ...windows, ...nameDivisorValues(geometry, attrs) },
        work,
      }),
    );
  }),
];
