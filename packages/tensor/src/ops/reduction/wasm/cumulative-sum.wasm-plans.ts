import { makeWasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import { countItemsPerChunk } from "../../../core/plans/work.ts";
import { countElements } from "../../../core/spec.ts";
import { isFloat } from "../../../expression/dtype.ts";
import { computeLines } from "../../movement/lines.ts";
import { makePlan } from "../../movement/view.ts";
import type { CumulativeSumAttributes } from "../attributes.ts";
import { cumulativeSumKernels } from "./cumulative-sum.kernels.ts";
import { module } from "./cumulative-sum.wasm.ts";

const columnsPerItem = 64;

export const plans: readonly PlanEntry[] = [
  makePlanEntry<CumulativeSumAttributes>("cumulativeSum", ([x], { axis, reverse, exclusive }) => {
    const { outer, length, inner } = computeLines(x!.shape, axis);
    if (countElements(x!.shape) === 0) return makePlan([]);
    const entry = isFloat(x!.dtype) ? "cumulativeSumFloats" : "cumulativeSumIntegers";
    return makePlan([
      planLaunch(makeWasmKernel(module, entry, cumulativeSumKernels), {
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
          chunk: countItemsPerChunk(length * Math.min(inner, columnsPerItem)),
          scratchBytes: 8 * columnsPerItem,
        },
      }),
    ]);
  }),
];
