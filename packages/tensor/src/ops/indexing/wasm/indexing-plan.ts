import type { Limits } from "../../../core/devices/backend.ts";
import { getStorage } from "../../../core/devices/backend.ts";
import type { RangeCheck } from "../../../core/devices/launch.ts";
import { makeWasmKernel } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { countItemsPerChunk } from "../../../core/plans/work.ts";
import type { Spec } from "../../../core/spec.ts";
import { isFloat } from "../../../expression/dtype.ts";
import { countStorageBytes } from "../../../expression/storage.ts";
import { makePlan } from "../../movement/view.ts";
import type { Indexing } from "../indexing.ts";
import { encodeMissing, getOffsetOfNegative } from "../indexing.ts";
import { indexingKernels } from "./indexing.kernels.ts";
import { module } from "./indexing.wasm.ts";

/** The number of columns of an item of a sum: a few cache lines, so that wide rows are shared by several items. */
const columnsPerItem = 64;

/** The plan of `take` and `gather` in WebAssembly. */
export function planTake(
  x: Spec,
  missing: number,
  { outer, length, inner, count, elementwise, negative }: Indexing,
  limits: Limits,
  check: RangeCheck | undefined,
): Plan {
  if (outer * count * inner === 0) return makePlan([]);
  const entry = countStorageBytes(getStorage(x.dtype, limits)) === 1 ? "takeBytes" : "takeWords";
  return makePlan([
    planLaunch(makeWasmKernel(module, entry, indexingKernels), {
      reads: { x: { input: 0 }, indices: { input: 1 } },
      writes: { y: { output: 0 } },
      parameters: {
        length,
        count,
        inner,
        elementwise: Number(elementwise),
        fromEnd: getOffsetOfNegative(length, negative),
        rest: encodeMissing(missing, getStorage(x.dtype, limits)),
      },
      work: { items: outer * count, chunk: countItemsPerChunk(inner) },
      check,
    }),
  ]);
}

/** The plan of `indexAdd` and `scatterAdd` in WebAssembly. */
export function planAdd(
  updates: Spec,
  { outer, length, inner, count, elementwise, negative }: Indexing,
  check: RangeCheck | undefined,
): Plan {
  if (outer * length * inner === 0) return makePlan([]);
  const width = Math.min(inner, columnsPerItem);
  const entry = isFloat(updates.dtype) ? "addFloats" : "addIntegers";
  return makePlan([
    planLaunch(makeWasmKernel(module, entry, indexingKernels), {
      reads: { x: { input: 0 }, indices: { input: 1 } },
      writes: { y: { output: 0 } },
      parameters: {
        length,
        count,
        inner,
        tile: columnsPerItem,
        elementwise: Number(elementwise),
        fromEnd: getOffsetOfNegative(length, negative),
      },
      work: {
        items: outer * Math.ceil(inner / columnsPerItem),
        chunk: countItemsPerChunk((length + count) * width),
      },
      check,
    }),
  ]);
}
