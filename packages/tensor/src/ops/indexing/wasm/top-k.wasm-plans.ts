import { wasmKernel } from "../../../core/launch.ts";
import { planLaunch } from "../../../core/plan-launch.ts";
import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { itemsPerChunk } from "../../../core/work.ts";
import { isFloat } from "../../../expression/dtype.ts";
import { linesAlong } from "../../movement/lines.ts";
import { launchesOnly } from "../../movement/view.ts";
import { keyFlips } from "../../reduction/key-flips.ts";
import { selectionKernels } from "../../reduction/wasm/selection.kernels.ts";
import { module } from "../../reduction/wasm/selection.wasm.ts";
import type { topKOp } from "../top-k.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof topKOp>("topK", ([x], { k, axis, largest }) => {
    const { outer, length, inner } = linesAlong(x!.shape, axis);
    if (outer * inner * k === 0) return launchesOnly([]);
    return launchesOnly([
      planLaunch(wasmKernel(module, "topK", selectionKernels), {
        reads: { x: { input: 0 } },
        writes: { values: { output: 0 }, positions: { output: 1 } },
        parameters: {
          ...{ length, inner, k },
          ...{ isFloat: Number(isFloat(x!.dtype)), flip: keyFlips(x!.dtype, largest) },
        },
        work: { items: outer * inner, chunk: itemsPerChunk(4 * length), scratchBytes: 8 * k },
      }),
    ]);
  }),
];
