import { makeWasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import { countItemsPerChunk } from "../../../core/plans/work.ts";
import { countElements } from "../../../core/spec.ts";
import { isFloat } from "../../../expression/dtype.ts";
import { computeLines } from "../../movement/lines.ts";
import { makePlan } from "../../movement/view.ts";
import { getKeyFlips } from "../../reduction/key-flips.ts";
import { selectionKernels } from "../../reduction/wasm/selection.kernels.ts";
import { module } from "../../reduction/wasm/selection.wasm.ts";
import type { GatherAttributes, IndexAddAttributes, TakeAttributes, TopKAttributes } from "../attributes.ts";
import type { Indexing } from "../indexing.ts";
import { computeUpdateLines, getMissingValue, makeIndexCheck } from "../indexing.ts";
import { planAdd, planTake } from "./indexing-plan.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<TakeAttributes>("take", ([x, indices], { axis, outOfRange, negative }, limits) => {
    const count = countElements(indices!.shape);
    const indexing: Indexing = { ...computeLines(x!.shape, axis), count, elementwise: false, negative };
    const check = makeIndexCheck("take", indexing.length, { outOfRange, negative });
    return planTake(x!, getMissingValue(x!, outOfRange), indexing, limits, check);
  }),
  makePlanEntry<IndexAddAttributes>(
    "indexAdd",
    ([updates, indices], { axis, size, outOfRange, negative }) => {
      const indexing = {
        ...computeUpdateLines(updates!, indices!, axis),
        length: size,
        elementwise: false,
        negative,
      };
      return planAdd(updates!, indexing, makeIndexCheck("indexAdd", size, { outOfRange, negative }));
    },
  ),
  makePlanEntry<GatherAttributes>("gather", ([x, indices], { axis, outOfRange, negative }, limits) => {
    const indexing = {
      ...computeLines(x!.shape, axis),
      count: indices!.shape[axis]!,
      elementwise: true,
      negative,
    };
    const check = makeIndexCheck("gather", indexing.length, { outOfRange, negative });
    return planTake(x!, getMissingValue(x!, outOfRange), indexing, limits, check);
  }),
  makePlanEntry<IndexAddAttributes>("scatterAdd", ([updates], { axis, size, outOfRange, negative }) => {
    const { outer, length, inner } = computeLines(updates!.shape, axis);
    const indexing = { outer, length: size, inner, count: length, elementwise: true, negative };
    return planAdd(updates!, indexing, makeIndexCheck("scatterAdd", size, { outOfRange, negative }));
  }),
  makePlanEntry<TopKAttributes>("topK", ([x], { k, axis, largest }) => {
    const { outer, length, inner } = computeLines(x!.shape, axis);
    if (outer * inner * k === 0) return makePlan([]);
    return makePlan([
      planLaunch(makeWasmKernel(module, "topK", selectionKernels), {
        reads: { x: { input: 0 } },
        writes: { values: { output: 0 }, positions: { output: 1 } },
        parameters: {
          length,
          inner,
          k,
          isFloat: Number(isFloat(x!.dtype)),
          flip: getKeyFlips(x!.dtype, largest),
        },
        work: { items: outer * inner, chunk: countItemsPerChunk(4 * length), scratchBytes: 8 * k },
      }),
    ]);
  }),
];
