import type { Rules } from "../../checks/rules.ts";
import { anything, oneOf } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import type { RangeCheck } from "../../core/devices/launch.ts";
import type { Spec } from "../../core/spec.ts";
import { countElements } from "../../core/spec.ts";
import { isFloat } from "../../expression/dtype.ts";
import { indexType } from "../../expression/dtype-kinds.ts";
import type { Storage } from "../../expression/storage.ts";
import { getCodec, viewAs } from "../../expression/storage.ts";

/** The selection by indices along one axis of [outer, length, inner]. */
export interface Indexing {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  /** The number of indices; if `elementwise`, along the axis. */
  readonly count: number;
  /** Whether each element has its own index; otherwise each row of `inner` elements has one. */
  readonly elementwise: boolean;
}

/**
 * How an index out of range is treated. With "error" the next read rejects; with "zero" the index selects 0, and what
 * it would add is ignored.
 */
export type OutOfRange = "error" | "zero";

export const indexingRules: Rules<{ readonly axis?: number; readonly outOfRange?: OutOfRange }> = {
  axis: anything,
  outOfRange: /* @__PURE__ */ oneOf("error", "zero"),
};

/** The value that an index out of range selects, whether or not the device reports it. */
export function getMissingValue({ dtype }: Spec, outOfRange: OutOfRange): number {
  return isFloat(dtype) && outOfRange === "error" ? Number.NaN : 0;
}

/** The range check of the indices of an op, if those out of range are an error. */
export function makeIndexCheck(op: string, length: number, outOfRange: OutOfRange): RangeCheck | undefined {
  return outOfRange === "error" ? { argument: `${op}: indices`, range: `[0, ${length})` } : undefined;
}

/** A word of values in a storage that stand for missing ones. */
export function encodeMissing(missing: number, storage: Storage): number {
  const { encode = (value) => value } = getCodec(storage);
  const elements = viewAs(storage, new ArrayBuffer(4));
  return new Uint32Array(elements.fill(encode(missing)).buffer)[0]!;
}

export function checkIndices(operation: string, indices: Spec): void {
  checkDType(operation, "indices", indices, indexType);
}

/** [outer, count, inner] of the updates, whose axes from `axis` on are those of the indices. */
export function computeUpdateLines(
  { shape }: Spec,
  indices: Spec,
  axis: number,
): { readonly outer: number; readonly count: number; readonly inner: number } {
  return {
    outer: countElements(shape.slice(0, axis)),
    count: countElements(indices.shape),
    inner: countElements(shape.slice(axis + indices.shape.length)),
  };
}
