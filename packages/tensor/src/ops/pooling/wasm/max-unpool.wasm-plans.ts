import { makeWasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import { countItemsPerChunk } from "../../../core/plans/work.ts";
import { countElements } from "../../../core/spec.ts";
import { makePlan } from "../../movement/view.ts";
import type { UnpoolAttributes } from "../attributes.ts";
import { makeUnpoolCheck } from "../unpool-check.ts";
import { maxUnpoolKernels } from "./max-unpool.kernels.ts";
import { module } from "./max-unpool.wasm.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<UnpoolAttributes>("maxUnpool", ([x], { sizes }) => {
    const [planes, count] = [
      countElements(x!.shape.slice(0, -sizes.length)),
      countElements(x!.shape.slice(-sizes.length)),
    ];
    const size = countElements(sizes);
    if (planes === 0) return makePlan([]);
    return makePlan([
      planLaunch(makeWasmKernel(module, "maxUnpool", maxUnpoolKernels), {
        reads: { x: { input: 0 }, indices: { input: 1 } },
        writes: { y: { output: 0 } },
        parameters: { count, size },
        work: { items: planes, chunk: countItemsPerChunk(count + size) },
        check: makeUnpoolCheck(sizes),
      }),
    ]);
  }),
];
