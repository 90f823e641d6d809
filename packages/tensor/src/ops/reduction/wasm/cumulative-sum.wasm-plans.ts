import { wasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { planFor } from "../../../core/plans/plan-tables.ts";
import { itemsPerChunk } from "../../../core/plans/work.ts";
import { sizeOf } from "../../../core/spec.ts";
import { isFloat } from "../../../expression/dtype.ts";
import { linesAlong } from "../../movement/lines.ts";
import { launchesOnly } from "../../movement/view.ts";
import type { CumulativeSumAttributes } from "../attributes.ts";
import { cumulativeSumKernels } from "./cumulative-sum.kernels.ts";
import { module } from "./cumulative-sum.wasm.ts";

const columnsPerItem = 64;

export const plans: readonly PlanEntry[] = [
  planFor<CumulativeSumAttributes>("cumulativeSum", ([x], { axis, reverse, exclusive }) => {
    const { outer, length, inner } = linesAlong(x!.shape, axis);
    if (sizeOf(x!.shape) === 0) return launchesOnly([]);
    const entry = isFloat(x!.dtype) ? "cumulativeSumFloats" : "cumulativeSumIntegers";
    return launchesOnly([
      planLaunch(wasmKernel(module, entry, cumulativeSumKernels), {
        reads: { x: { input: 0 } },
        writes: { y: { output: 0 } },
        parameters: {
          length,
          inner,
          tile: columnsPerItem,
          reverse: Number(reverse),
          exclusive: Number(exclusive),
        },
        work: {
          items: outer * Math.ceil(inner / columnsPerItem),
          chunk: itemsPerChunk(length * Math.min(inner, columnsPerItem)),
          scratchBytes: 8 * columnsPerItem,
        },
      }),
    ]);
  }),
];
