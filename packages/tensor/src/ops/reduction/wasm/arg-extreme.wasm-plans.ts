import { makeWasmKernel } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import { countItemsPerChunk } from "../../../core/plans/work.ts";
import type { Spec } from "../../../core/spec.ts";
import { countElements } from "../../../core/spec.ts";
import { isFloat } from "../../../expression/dtype.ts";
import { computeLines } from "../../movement/lines.ts";
import { makePlan } from "../../movement/view.ts";
import type { ArgExtremeAttributes } from "../attributes.ts";
import { getKeyFlips } from "../key-flips.ts";
import { selectionKernels } from "./selection.kernels.ts";
import { module } from "./selection.wasm.ts";

/** The number of columns of an item: a few cache lines of each row. */
const columnsPerItem = 128;

function planArgExtreme(x: Spec, axis: number, largest: boolean): Plan {
  const { outer, length, inner } = computeLines(x.shape, axis);
  if (countElements(x.shape) === 0) return makePlan([]);
  return makePlan([
    planLaunch(makeWasmKernel(module, "argExtreme", selectionKernels), {
      reads: { x: { input: 0 } },
      writes: { y: { output: 0 } },
      parameters: {
        length,
        inner,
        tile: columnsPerItem,
        isFloat: Number(isFloat(x.dtype)),
        flip: getKeyFlips(x.dtype, largest),
      },
      work: {
        items: outer * Math.ceil(inner / columnsPerItem),
        chunk: countItemsPerChunk(length * Math.min(inner, columnsPerItem)),
        scratchBytes: 8 * columnsPerItem,
      },
    }),
  ]);
}

export const plans: readonly PlanEntry[] = [
  makePlanEntry<ArgExtremeAttributes>("argmax", ([x], { axes }) => planArgExtreme(x!, axes[0]!, true)),
  makePlanEntry<ArgExtremeAttributes>("argmin", ([x], { axes }) => planArgExtreme(x!, axes[0]!, false)),
];
