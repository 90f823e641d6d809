import { wasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { planFor } from "../../../core/plans/plan-tables.ts";
import type { AvgPoolAttributes, AvgPoolGradientAttributes } from "../attributes.ts";
import { planeGeometry } from "../pooling-geometry.ts";
import { avgPoolKernels } from "./avg-pool.kernels.ts";
import { module } from "./avg-pool.wasm.ts";
import { poolPlan } from "./pooling-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<AvgPoolAttributes>("avgPool", ([x], attrs, _limits, _donated, op) => {
    const [y] = op.outputs([x], attrs);
    return poolPlan(planeGeometry(x!.shape, y!.shape, attrs), "row", ({ parameters, work }) =>
      planLaunch(wasmKernel(module, "avgPool", avgPoolKernels), {
        reads: { x: { input: 0 } },
        writes: { y: { output: 0 } },
        parameters: { ...parameters, countPad: Number(attrs.countIncludePad) },
        work,
      }),
    );
  }),
  planFor<AvgPoolGradientAttributes>("avgPoolGradient", ([dy], attrs) =>
    poolPlan(planeGeometry(attrs.inputShape, dy!.shape, attrs), "plane", ({ parameters, work }) =>
      planLaunch(wasmKernel(module, "avgPoolGradient", avgPoolKernels), {
        reads: { dy: { input: 0 } },
        writes: { dx: { output: 0 } },
        parameters: { ...parameters, countPad: Number(attrs.countIncludePad) },
        work,
      }),
    ),
  ),
];
