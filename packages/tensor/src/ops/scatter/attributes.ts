import type { Spec } from "../../core/spec.ts";
import { countElements } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import { getDTypeProperties } from "../../expression/dtype.ts";
import type { Indexing, NegativeIndices, OutOfRange } from "../indexing/indexing.ts";
import { computeLines } from "../movement/lines.ts";

/** How updates of one element are combined: the last one replaces the others, or all are reduced in their order. */
export type Combination = "replace" | "sum" | "product" | "max" | "min";

export interface ScatterAttributes {
  /** Counted from the front. */
  readonly axis: number;
  readonly reduction: Combination;
  /** Whether the element of x takes part in the reduction; `replace` always leaves it out. */
  readonly includeSelf: boolean;
  /** Whether each element of the updates has its own index; otherwise each slice along the axis has one. */
  readonly elementwise: boolean;
  readonly outOfRange: OutOfRange;
  readonly negative: NegativeIndices;
}

/** Whether elements with updates start from the identity of the reduction. */
export const needsIdentity = ({ reduction, includeSelf }: ScatterAttributes): boolean =>
  reduction !== "replace" && !includeSelf;

const extremes = (dtype: DType): readonly [low: number, high: number] =>
  getDTypeProperties(dtype).range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** The value that leaves every other one unchanged; 0 for `replace`, which does not read it. */
export function getIdentity(reduction: Combination, dtype: DType): number {
  const [low, high] = extremes(dtype);
  return { replace: 0, sum: 0, product: 1, max: low, min: high }[reduction];
}

/** The updates as they are indexed: the rows, or elements, of [outer, length, inner]. */
export const computeScatterIndexing = (
  x: Spec,
  indices: Spec,
  { axis, elementwise, negative }: ScatterAttributes,
): Indexing => ({
  ...computeLines(x.shape, axis),
  count: elementwise ? indices.shape[axis]! : countElements(indices.shape),
  elementwise,
  negative,
});
