import { wasmKernel } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { planFor } from "../../../core/plans/plan-tables.ts";
import { itemsPerChunk } from "../../../core/plans/work.ts";
import type { Spec } from "../../../core/spec.ts";
import { sizeOf } from "../../../core/spec.ts";
import { isFloat } from "../../../expression/dtype.ts";
import { linesAlong } from "../../movement/lines.ts";
import { launchesOnly } from "../../movement/view.ts";
import type { ArgExtremeAttributes } from "../attributes.ts";
import { keyFlips } from "../key-flips.ts";
import { selectionKernels } from "./selection.kernels.ts";
import { module } from "./selection.wasm.ts";

/** The number of columns of an item: a few cache lines of each row. */
const columnsPerItem = 128;

function argExtremePlan(x: Spec, axis: number, largest: boolean): Plan {
  const { outer, length, inner } = linesAlong(x.shape, axis);
  if (sizeOf(x.shape) === 0) return launchesOnly([]);
  return launchesOnly([
    planLaunch(wasmKernel(module, "argExtreme", selectionKernels), {
      reads: { x: { input: 0 } },
      writes: { y: { output: 0 } },
      parameters: {
        length,
        inner,
        tile: columnsPerItem,
        isFloat: Number(isFloat(x.dtype)),
        flip: keyFlips(x.dtype, largest),
      },
      work: {
        items: outer * Math.ceil(inner / columnsPerItem),
        chunk: itemsPerChunk(length * Math.min(inner, columnsPerItem)),
        scratchBytes: 8 * columnsPerItem,
      },
    }),
  ]);
}

export const plans: readonly PlanEntry[] = [
  planFor<ArgExtremeAttributes>("argmax", ([x], { axes }) => argExtremePlan(x!, axes[0]!, true)),
  planFor<ArgExtremeAttributes>("argmin", ([x], { axes }) => argExtremePlan(x!, axes[0]!, false)),
];
