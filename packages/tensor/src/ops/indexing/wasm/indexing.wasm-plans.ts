import { wasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { planFor } from "../../../core/plans/plan-tables.ts";
import { itemsPerChunk } from "../../../core/plans/work.ts";
import { sizeOf } from "../../../core/spec.ts";
import { isFloat } from "../../../expression/dtype.ts";
import { linesAlong } from "../../movement/lines.ts";
import { launchesOnly } from "../../movement/view.ts";
import { keyFlips } from "../../reduction/key-flips.ts";
import { selectionKernels } from "../../reduction/wasm/selection.kernels.ts";
import { module } from "../../reduction/wasm/selection.wasm.ts";
import type { GatherAttributes, IndexAddAttributes, TakeAttributes, TopKAttributes } from "../attributes.ts";
import type { Indexing } from "../indexing.ts";
import { indexCheck, missingValue, updateLines } from "../indexing.ts";
import { addPlan, takePlan } from "./indexing-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<TakeAttributes>("take", ([x, indices], { axis, outOfRange }, limits) => {
    const count = sizeOf(indices!.shape);
    const indexing: Indexing = { ...linesAlong(x!.shape, axis), count, elementwise: false };
    const check = indexCheck("take", indexing.length, outOfRange);
    return takePlan(x!, missingValue(x!, outOfRange), indexing, limits, check);
  }),
  planFor<IndexAddAttributes>("indexAdd", ([updates, indices], { axis, size, outOfRange }) => {
    const indexing = { ...updateLines(updates!, indices!, axis), length: size, elementwise: false };
    return addPlan(updates!, indexing, indexCheck("indexAdd", size, outOfRange));
  }),
  planFor<GatherAttributes>("gather", ([x, indices], { axis, outOfRange }, limits) => {
    const indexing = { ...linesAlong(x!.shape, axis), count: indices!.shape[axis]!, elementwise: true };
    const check = indexCheck("gather", indexing.length, outOfRange);
    return takePlan(x!, missingValue(x!, outOfRange), indexing, limits, check);
  }),
  planFor<IndexAddAttributes>("scatterAdd", ([updates], { axis, size, outOfRange }) => {
    const { outer, length, inner } = linesAlong(updates!.shape, axis);
    const indexing = { outer, length: size, inner, count: length, elementwise: true };
    return addPlan(updates!, indexing, indexCheck("scatterAdd", size, outOfRange));
  }),
  planFor<TopKAttributes>("topK", ([x], { k, axis, largest }) => {
    const { outer, length, inner } = linesAlong(x!.shape, axis);
    if (outer * inner * k === 0) return launchesOnly([]);
    return launchesOnly([
      planLaunch(wasmKernel(module, "topK", selectionKernels), {
        reads: { x: { input: 0 } },
        writes: { values: { output: 0 }, positions: { output: 1 } },
        parameters: {
          length,
          inner,
          k,
          isFloat: Number(isFloat(x!.dtype)),
          flip: keyFlips(x!.dtype, largest),
        },
        work: { items: outer * inner, chunk: itemsPerChunk(4 * length), scratchBytes: 8 * k },
      }),
    ]);
  }),
];
