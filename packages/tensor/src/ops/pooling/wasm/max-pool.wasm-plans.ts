import { makeWasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import type { PoolAttributes, PoolGradientAttributes } from "../attributes.ts";
import { choosePlaceUnit } from "../places.ts";
import { computePlaneGeometry } from "../pooling-geometry.ts";
import { maxPoolKernels } from "./max-pool.kernels.ts";
import { module } from "./max-pool.wasm.ts";
import { planPool } from "./pooling-plan.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<PoolAttributes>("maxPool", ([x], attrs, _limits, _donated, op) => {
    const [y] = op.outputs([x], attrs);
    const entry = choosePlaceUnit(attrs) === "byte" ? "maxPoolBytes" : "maxPoolWords";
    return planPool(computePlaneGeometry(x!.shape, y!.shape, attrs), "row", (common) =>
      planLaunch(makeWasmKernel(module, entry, maxPoolKernels), {
        reads: { x: { input: 0 } },
        writes: { y: { output: 0 }, places: { output: 1 } },
        ...common,
      }),
    );
  }),
  makePlanEntry<PoolAttributes>("maxPoolSelect", ([x, places], attrs) => {
    const entry = choosePlaceUnit(attrs) === "byte" ? "maxPoolSelectBytes" : "maxPoolSelectWords";
    return planPool(computePlaneGeometry(x!.shape, places!.shape, attrs), "row", (common) =>
      planLaunch(makeWasmKernel(module, entry, maxPoolKernels), {
        reads: { x: { input: 0 }, places: { input: 1 } },
        writes: { y: { output: 0 } },
        ...common,
      }),
    );
  }),
  makePlanEntry<PoolGradientAttributes>("maxPoolGradient", ([dy], attrs) => {
    const entry = choosePlaceUnit(attrs) === "byte" ? "maxPoolGradientBytes" : "maxPoolGradientWords";
    return planPool(computePlaneGeometry(attrs.inputShape, dy!.shape, attrs), "plane", (common) =>
      planLaunch(makeWasmKernel(module, entry, maxPoolKernels), {
        reads: { dy: { input: 0 }, places: { input: 1 } },
        writes: { dx: { output: 0 } },
        ...common,
      }),
    );
  }),
];
