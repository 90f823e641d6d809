import { getStorage } from "../../../core/devices/backend.ts";
import { makeWasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import { countItemsPerChunk } from "../../../core/plans/work.ts";
import { isFloat, isSigned } from "../../../expression/dtype.ts";
import { encodeMissing, getOffsetOfNegative, makeIndexCheck } from "../../indexing/indexing.ts";
import { makePlan, planView } from "../../movement/view.ts";
import type { ScatterAttributes } from "../attributes.ts";
import { computeScatterIndexing, getIdentity, needsIdentity } from "../attributes.ts";
import { maxCode, minCode, productCode, replaceCode, sumCode } from "../reduction-codes.ts";
import { scatterKernels } from "./scatter.kernels.ts";
import { module } from "./scatter.wasm.ts";

const codes = {
  replace: replaceCode,
  sum: sumCode,
  product: productCode,
  max: maxCode,
  min: minCode,
} as const;

/** The number of columns of an item: a few cache lines, so that wide rows are shared by several items. */
const columnsPerItem = 64;

export const plans: readonly PlanEntry[] = [
  makePlanEntry<ScatterAttributes>("scatter", ([x, indices], attrs, limits) => {
    const { outer, length, inner, count, elementwise, negative } = computeScatterIndexing(
      x!,
      indices!,
      attrs,
    );
    if (outer * length * inner === 0) return makePlan([]);
    if (count === 0) return planView(x!, limits)!;
    const { dtype } = x!;
    const entry = isFloat(dtype) ? "scatterFloats" : isSigned(dtype) ? "scatterSigned" : "scatterUnsigned";
    const width = Math.min(inner, columnsPerItem);
    return makePlan([
      planLaunch(makeWasmKernel(module, entry, scatterKernels), {
        reads: { x: { input: 0 }, indices: { input: 1 }, updates: { input: 2 } },
        writes: { y: { output: 0 } },
        parameters: {
          length,
          count,
          inner,
          tile: columnsPerItem,
          elementwise: Number(elementwise),
          fromEnd: getOffsetOfNegative(length, negative),
          reduction: codes[attrs.reduction],
          startsAnew: Number(needsIdentity(attrs)),
          identity: encodeMissing(getIdentity(attrs.reduction, dtype), getStorage(dtype, limits)),
        },
        work: {
          items: outer * Math.ceil(inner / columnsPerItem),
          chunk: countItemsPerChunk((length + count) * width),
        },
        check: makeIndexCheck("scatter", length, attrs),
      }),
    ]);
  }),
];
