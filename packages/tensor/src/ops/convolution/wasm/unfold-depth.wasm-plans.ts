import { makeWasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import { countItemsPerChunk } from "../../../core/plans/work.ts";
import { countElements } from "../../../core/spec.ts";
import { makePlan } from "../../movement/view.ts";
import type { DepthAttributes } from "../depth-attributes.ts";
import { unfoldDepthKernels } from "./unfold-depth.kernels.ts";
import { module } from "./unfold-depth.wasm.ts";

export const plans: readonly PlanEntry[] = (["unfoldDepth", "foldDepth"] as const).map((name) =>
  makePlanEntry<DepthAttributes>(name, ([x], attrs, _limits, _donated, op) => {
    const [y] = op.outputs([x], attrs);
    if (countElements(y!.shape) === 0) return makePlan([]);
    const isUnfolding = name === "unfoldDepth";
    const volumes = (isUnfolding ? x : y)!;
    const [n, channels] = volumes.shape as [number, number];
    const plane = countElements(volumes.shape.slice(3));
    const items = n * channels * (isUnfolding ? attrs.windows : attrs.depth);
    return makePlan([
      planLaunch(makeWasmKernel(module, name, unfoldDepthKernels), {
        reads: { x: { input: 0 } },
        writes: { y: { output: 0 } },
        parameters: { ...attrs, channels, planeBytes: 4 * plane },
        work: { items, chunk: countItemsPerChunk(attrs.taps * plane) },
      }),
    ]);
  }),
);
