import type { Rules } from "../../checks/rules.ts";
import { anything, oneOf } from "../../checks/rules.ts";
import type { Limits } from "../../core/backend.ts";
import { storageOf } from "../../core/backend.ts";
import { checkDType } from "../../core/check-dtype.ts";
import type { RangeCheck } from "../../core/launch.ts";
import { wasmKernel } from "../../core/launch.ts";
import type { Plan } from "../../core/op.ts";
import { planLaunch } from "../../core/plan-launch.ts";
import type { Spec } from "../../core/spec.ts";
import { itemsPerChunk } from "../../core/work.ts";
import { bytesOfStorage } from "../../expression/storage.ts";
import { launchesOnly } from "../movement/view.ts";
import { indexingKernels } from "./wasm/indexing.kernels.ts";
import { module } from "./wasm/indexing.wasm.ts";

/** Indices choose along one axis of [outer, length, inner]. */
export interface Indexing {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  /** The number of indices; elementwise, the number along the axis. */
  readonly count: number;
  /** Whether each element has an index of its own, or each row of `inner` elements. */
  readonly elementwise: boolean;
}

/**
 * What an index out of range means. With "error" the next read rejects; with "zero" the index selects 0, and what it would add
 * is left out.
 */
export type OutOfRange = "error" | "zero";

export const indexingRules: Rules<{ readonly axis?: number; readonly outOfRange?: OutOfRange }> = {
  axis: anything,
  outOfRange: /* @__PURE__ */ oneOf("error", "zero"),
};

/** The value that an index out of range selects, whether or not the device reports it. */
export function missingValue({ dtype }: Spec, outOfRange: OutOfRange): number {
  return dtype === "f32" && outOfRange === "error" ? Number.NaN : 0;
}

/** The range check of the indices of an op, if those out of range are an error. */
export function indexCheck(op: string, length: number, outOfRange: OutOfRange): RangeCheck | undefined {
  return outOfRange === "error" ? { argument: `${op}: indices`, range: `[0, ${length})` } : undefined;
}

export const bitsOf = (missing: number): number => (Number.isNaN(missing) ? 0x7fc00000 : 0);

/** Columns that one item of a sum owns: a few cache lines, so that wide rows are shared out. */
const columnsPerItem = 64;

export function checkIndices(operation: string, indices: Spec): void {
  checkDType(operation, "indices", indices, "i32");
}

/** The plan of a choice in WebAssembly. */
export function takePlan(
  x: Spec,
  missing: number,
  { outer, length, inner, count, elementwise }: Indexing,
  limits: Limits,
  check: RangeCheck | undefined,
): Plan {
  if (outer * count * inner === 0) return launchesOnly([]);
  const entry = bytesOfStorage(storageOf(x.dtype, limits)) === 1 ? "takeBytes" : "takeWords";
  return launchesOnly([
    planLaunch(wasmKernel(module, entry, indexingKernels), {
      reads: { x: { input: 0 }, indices: { input: 1 } },
      writes: { y: { output: 0 } },
      parameters: { length, count, inner, elementwise: Number(elementwise), rest: bitsOf(missing) },
      work: { items: outer * count, chunk: itemsPerChunk(inner) },
      check,
    }),
  ]);
}

/** The plan of a sum in WebAssembly. */
export function addPlan(
  updates: Spec,
  { outer, length, inner, count, elementwise }: Indexing,
  check: RangeCheck | undefined,
): Plan {
  if (outer * length * inner === 0) return launchesOnly([]);
  const width = Math.min(inner, columnsPerItem);
  const entry = updates.dtype === "f32" ? "addFloats" : "addIntegers";
  return launchesOnly([
    planLaunch(wasmKernel(module, entry, indexingKernels), {
      reads: { x: { input: 0 }, indices: { input: 1 } },
      writes: { y: { output: 0 } },
      parameters: { length, count, inner, tile: columnsPerItem, elementwise: Number(elementwise) },
      work: {
        items: outer * Math.ceil(inner / columnsPerItem),
        chunk: itemsPerChunk((length + count) * width),
      },
      check,
    }),
  ]);
}
