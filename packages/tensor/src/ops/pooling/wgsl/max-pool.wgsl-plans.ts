import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { planFor } from "../../../core/plans/plan-tables.ts";
import { sizeOf } from "../../../core/spec.ts";
import { unitsPerWord } from "../../movement/wgsl/units.ts";
import type { PoolAttributes, PoolGradientAttributes } from "../attributes.ts";
import { placeUnit } from "../places.ts";
import { planeGeometry } from "../pooling-geometry.ts";
import { maxPoolGradientKernel, maxPoolKernel, maxPoolSelectKernel } from "./max-pool.wgsl.ts";
import { shaderPoolPlan } from "./pooling-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<PoolGradientAttributes>("maxPoolGradient", ([dy], attrs, limits) => {
    const geometry = planeGeometry(attrs.inputShape, dy!.shape, attrs);
    return shaderPoolPlan(geometry, sizeOf(attrs.inputShape), limits, (parameters, work) =>
      planLaunch(maxPoolGradientKernel(placeUnit(attrs)), {
        reads: { dy: { input: 0 }, places: { input: 1 } },
        writes: { dx: { output: 0 } },
        parameters,
        work,
      }),
    );
  }),
  planFor<PoolAttributes>("maxPoolSelect", ([x, places], attrs, limits) => {
    const geometry = planeGeometry(x!.shape, places!.shape, attrs);
    return shaderPoolPlan(geometry, sizeOf(places!.shape), limits, (parameters, work) =>
      planLaunch(maxPoolSelectKernel(placeUnit(attrs)), {
        reads: { x: { input: 0 }, places: { input: 1 } },
        writes: { y: { output: 0 } },
        parameters,
        work,
      }),
    );
  }),
  planFor<PoolAttributes>("maxPool", ([x], attrs, limits, _donated, op) => {
    const [y] = op.outputs([x], attrs);
    const positions = sizeOf(y!.shape);
    const geometry = planeGeometry(x!.shape, y!.shape, attrs);
    const count = Math.ceil(positions / unitsPerWord(placeUnit(attrs)));
    return shaderPoolPlan(geometry, count, limits, (windows, work) =>
      planLaunch(maxPoolKernel(placeUnit(attrs)), {
        reads: { x: { input: 0 } },
        writes: { y: { output: 0 }, places: { output: 1 } },
        parameters: { ...windows, positions },
        work,
      }),
    );
  }),
];
