import { wasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { planFor } from "../../../core/plans/plan-tables.ts";
import type { PoolAttributes, PoolGradientAttributes } from "../attributes.ts";
import { placeUnit } from "../places.ts";
import { planeGeometry } from "../pooling-geometry.ts";
import { maxPoolKernels } from "./max-pool.kernels.ts";
import { module } from "./max-pool.wasm.ts";
import { poolPlan } from "./pooling-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<PoolAttributes>("maxPool", ([x], attrs, _limits, _donated, op) => {
    const [y] = op.outputs([x], attrs);
    const entry = placeUnit(attrs) === "byte" ? "maxPoolBytes" : "maxPoolWords";
    return poolPlan(planeGeometry(x!.shape, y!.shape, attrs), "row", (common) =>
      planLaunch(wasmKernel(module, entry, maxPoolKernels), {
        reads: { x: { input: 0 } },
        writes: { y: { output: 0 }, places: { output: 1 } },
        ...common,
      }),
    );
  }),
  planFor<PoolAttributes>("maxPoolSelect", ([x, places], attrs) => {
    const entry = placeUnit(attrs) === "byte" ? "maxPoolSelectBytes" : "maxPoolSelectWords";
    return poolPlan(planeGeometry(x!.shape, places!.shape, attrs), "row", (common) =>
      planLaunch(wasmKernel(module, entry, maxPoolKernels), {
        reads: { x: { input: 0 }, places: { input: 1 } },
        writes: { y: { output: 0 } },
        ...common,
      }),
    );
  }),
  planFor<PoolGradientAttributes>("maxPoolGradient", ([dy], attrs) => {
    const entry = placeUnit(attrs) === "byte" ? "maxPoolGradientBytes" : "maxPoolGradientWords";
    return poolPlan(planeGeometry(attrs.inputShape, dy!.shape, attrs), "plane", (common) =>
      planLaunch(wasmKernel(module, entry, maxPoolKernels), {
        reads: { dy: { input: 0 }, places: { input: 1 } },
        writes: { dx: { output: 0 } },
        ...common,
      }),
    );
  }),
];
