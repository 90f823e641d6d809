import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import { countElements } from "../../../core/spec.ts";
import { countUnitsPerWord } from "../../movement/wgsl/units.ts";
import type { PoolAttributes, PoolGradientAttributes } from "../attributes.ts";
import { choosePlaceUnit } from "../places.ts";
import { computePlaneGeometry } from "../pooling-geometry.ts";
import { writeMaxPoolGradientKernel, writeMaxPoolKernel, writeMaxPoolSelectKernel } from "./max-pool.wgsl.ts";
import { planShaderPool } from "./pooling-plan.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<PoolGradientAttributes>("maxPoolGradient", ([dy], attrs, limits) => {
    const geometry = computePlaneGeometry(attrs.inputShape, dy!.shape, attrs);
    return planShaderPool(geometry, countElements(attrs.inputShape), limits, (parameters, work) =>
      planLaunch(writeMaxPoolGradientKernel(choosePlaceUnit(attrs), geometry.isAdaptive), {
        reads: { dy: { input: 0 }, places: { input: 1 } },
        writes: { dx: { output: 0 } },
        parameters,
        work,
      }),
    );
  }),
  makePlanEntry<PoolAttributes>("maxPoolSelect", ([x, places], attrs, limits) => {
    const geometry = computePlaneGeometry(x!.shape, places!.shape, attrs);
    return planShaderPool(geometry, countElements(places!.shape), limits, (parameters, work) =>
      planLaunch(writeMaxPoolSelectKernel(choosePlaceUnit(attrs), geometry.isAdaptive), {
        reads: { x: { input: 0 }, places: { input: 1 } },
        writes: { y: { output: 0 } },
        parameters,
        work,
      }),
    );
  }),
  makePlanEntry<PoolAttributes>("maxPool", ([x], attrs, limits, _donated, op) => {
    const [y] = op.outputs([x], attrs);
    const positions = countElements(y!.shape);
    const geometry = computePlaneGeometry(x!.shape, y!.shape, attrs);
    const count = Math.ceil(positions / countUnitsPerWord(choosePlaceUnit(attrs)));
    return planShaderPool(geometry, count, limits, (windows, work) =>
      planLaunch(writeMaxPoolKernel(choosePlaceUnit(attrs), geometry.isAdaptive), {
        reads: { x: { input: 0 } },
        writes: { y: { output: 0 }, places: { output: 1 } },
        parameters: { ...windows, positions },
        work,
      }),
    );
  }),
];
