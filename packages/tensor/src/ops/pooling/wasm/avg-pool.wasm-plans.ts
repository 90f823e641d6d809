import { makeWasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import type { AvgPoolAttributes, AvgPoolGradientAttributes } from "../attributes.ts";
import type { PlaneGeometry } from "../pooling-geometry.ts";
import { computePlaneGeometry } from "../pooling-geometry.ts";
import { avgPoolKernels } from "./avg-pool.kernels.ts";
import { module } from "./avg-pool.wasm.ts";
import { planPool } from "./pooling-plan.ts";

/** The parameters that determine the divisor of each window. */
const nameDivisorParameters = ({ paddingAfter }: PlaneGeometry, attrs: AvgPoolAttributes) => ({
  padBottom: paddingAfter.height,
  padRight: paddingAfter.width,
  countPad: Number(attrs.countIncludePad),
  divisor: attrs.divisor ?? 0,
});

export const plans: readonly PlanEntry[] = [
  makePlanEntry<AvgPoolAttributes>("avgPool", ([x], attrs, _limits, _donated, op) => {
    const [y] = op.outputs([x], attrs);
    const geometry = computePlaneGeometry(x!.shape, y!.shape, attrs);
    return planPool(geometry, "row", ({ parameters, work }) =>
      planLaunch(makeWasmKernel(module, "avgPool", avgPoolKernels), {
        reads: { x: { input: 0 } },
        writes: { y: { output: 0 } },
        parameters: { ...parameters, ...nameDivisorParameters(geometry, attrs) },
        work,
      }),
    );
  }),
  makePlanEntry<AvgPoolGradientAttributes>("avgPoolGradient", ([dy], attrs) => {
    const geometry = computePlaneGeometry(attrs.inputShape, dy!.shape, attrs);
    return planPool(geometry, "plane", ({ parameters, work }) =>
      planLaunch(makeWasmKernel(module, "avgPoolGradient", avgPoolKernels), {
        reads: { dy: { input: 0 } },
        writes: { dx: { output: 0 } },
        parameters: { ...parameters, ...nameDivisorParameters(geometry, attrs) },
        work,
      }),
    );
  }),
];
