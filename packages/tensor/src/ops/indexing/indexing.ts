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
  readonly negative: NegativeIndices;
}

/**
 * How an index out of range is treated. With "error" the next read rejects; with "zero" the index selects 0, and what
 * it would add is ignored.
 */
export type OutOfRange = "error" | "zero";

/** What a negative index means: with "fromEnd" it counts from the end, so -1 is the last; otherwise it is out of range. */
export type NegativeIndices = "fromEnd" | "outOfRange";

/** The options that the functions that select by indices share. */
export interface IndexingOptions {
  /** How an index out of range is treated. Default: "error". */
  readonly outOfRange?: OutOfRange;
  /** What a negative index means. Default: "fromEnd". */
  readonly negative?: NegativeIndices;
}

export const indexingRules: Rules<IndexingOptions & { readonly axis?: number }> = {
  axis: anything,
  outOfRange: /* @__PURE__ */ oneOf("error", "zero"),
  negative: /* @__PURE__ */ oneOf("fromEnd", "outOfRange"),
};

/** What kernels add to an index that is not below the length: negative ones wrap as u32. */
export const getOffsetOfNegative = (length: number, negative: NegativeIndices): number =>
  negative === "fromEnd" ? length : 0;

/** The position that an index selects; outside of [0, length) for one out of range. */
export const toPosition = (index: number, length: number, negative: NegativeIndices): number =>
  index < 0 ? index + getOffsetOfNegative(length, negative) : index;

/** The value that an index out of range selects, whether or not the device reports it. */
export function getMissingValue({ dtype }: Spec, outOfRange: OutOfRange): number {
  return isFloat(dtype) && outOfRange === "error" ? Number.NaN : 0;
}

/** The range check of the indices of an op, if those out of range are an error. */
export function makeIndexCheck(
  op: string,
  length: number,
  { outOfRange, negative }: { readonly outOfRange: OutOfRange; readonly negative: NegativeIndices },
): RangeCheck | undefined {
  if (outOfRange !== "error") return undefined;
  const first = negative === "fromEnd" && length > 0 ? -length : 0;
  return { argument: `${op}: indices`, range: `[${first}, ${length})` };
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
