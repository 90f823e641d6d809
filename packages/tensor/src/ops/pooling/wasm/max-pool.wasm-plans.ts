import type { PlannedLaunch } from "../../../core/devices/launch.ts";
import { makeWasmKernel } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import type { PoolAttributes, PoolGradientAttributes } from "../attributes.ts";
import { choosePlaceUnit } from "../places.ts";
import type { PlaneGeometry } from "../pooling-geometry.ts";
import { computePlaneGeometry } from "../pooling-geometry.ts";
import { maxPoolKernels } from "./max-pool.kernels.ts";
import { module } from "./max-pool.wasm.ts";
import type { PoolLaunch } from "./pooling-plan.ts";
import { planPool } from "./pooling-plan.ts";

interface MaxPoolLaunch extends PoolLaunch {
  readonly parameters: PoolLaunch["parameters"] & {
    readonly dilationHeight: number;
    readonly dilationWidth: number;
  };
}

const planMaxPool = (
  geometry: PlaneGeometry,
  item: "row" | "plane",
  makeLaunch: (common: MaxPoolLaunch) => PlannedLaunch,
): Plan =>
  planPool(geometry, item, ({ parameters, work }) => {
    const { height: dilationHeight, width: dilationWidth } = geometry.dilation;
    return makeLaunch({ parameters: { ...parameters, dilationHeight, dilationWidth }, work });
  });

export const plans: readonly PlanEntry[] = [
  makePlanEntry<PoolAttributes>("maxPool", ([x], attrs, _limits, _donated, op) => {
    const [y] = op.outputs([x], attrs);
    const entry = choosePlaceUnit(attrs) === "byte" ? "maxPoolBytes" : "maxPoolWords";
    return planMaxPool(computePlaneGeometry(x!.shape, y!.shape, attrs), "row", (common) =>
      planLaunch(makeWasmKernel(module, entry, maxPoolKernels), {
        reads: { x: { input: 0 } },
        writes: { y: { output: 0 }, places: { output: 1 } },
        ...common,
      }),
    );
  }),
  makePlanEntry<PoolAttributes>("maxPoolSelect", ([x, places], attrs) => {
    const entry = choosePlaceUnit(attrs) === "byte" ? "maxPoolSelectBytes" : "maxPoolSelectWords";
    return planMaxPool(computePlaneGeometry(x!.shape, places!.shape, attrs), "row", (common) =>
      planLaunch(makeWasmKernel(module, entry, maxPoolKernels), {
        reads: { x: { input: 0 }, places: { input: 1 } },
        writes: { y: { output: 0 } },
        ...common,
      }),
    );
  }),
  makePlanEntry<PoolGradientAttributes>("maxPoolGradient", ([dy], attrs) => {
    const entry = choosePlaceUnit(attrs) === "byte" ? "maxPoolGradientBytes" : "maxPoolGradientWords";
    return planMaxPool(computePlaneGeometry(attrs.inputShape, dy!.shape, attrs), "plane", (common) =>
      planLaunch(makeWasmKernel(module, entry, maxPoolKernels), {
        reads: { dy: { input: 0 }, places: { input: 1 } },
        writes: { dx: { output: 0 } },
        ...common,
      }),
    );
  }),
];
