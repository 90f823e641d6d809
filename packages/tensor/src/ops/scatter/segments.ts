import { checkOptions, checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { nonNegativeInteger } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape } from "../../core/spec.ts";
import { fullOp } from "../creation/full.ts";
import { div } from "../elementwise/arithmetic.ts";
import { maximum } from "../elementwise/bounds.ts";
import type { IndexingOptions } from "../indexing/indexing.ts";
import { checkIndices, indexingRules } from "../indexing/indexing.ts";
import { indexAdd } from "../indexing/take.ts";
import { reshape } from "../movement/reshape.ts";
import { getIdentity } from "./attributes.ts";
import { reduce } from "./scatter.ts";

export interface SegmentOptions extends IndexingOptions {
  /** The number of segments. */
  readonly size: number;
}

function checkSegments(operation: string, x: Tensor, ids: Tensor, options: SegmentOptions): void {
  checkTensors(operation, x, ids);
  checkOptions<SegmentOptions>(
    operation,
    options,
    {
      outOfRange: indexingRules.outOfRange,
      negative: indexingRules.negative,
      size: nonNegativeInteger,
    },
    ["size"],
  );
  checkIndices(operation, ids);
  if (ids.rank !== 1 || ids.shape[0] !== x.shape[0]) {
    throw new ShapeError(
      `${operation}: found x ${formatShape(x.shape)} and ids ${formatShape(ids.shape)}, expected an id for each slice along the first axis`,
    );
  }
}

/**
 * The sum of the slices of each segment. Ids need not be sorted; slices are added in their order. Empty segments are 0.
 *
 * Shapes: x [n, ...] and i32 ids [n] -> [size, ...]. Throws ShapeError when they do not fit, DTypeError unless x is f32, f16, i32 or
 * u32 and the ids i32. Ids out of range are treated as in `indexAdd`.
 *
 * @example segmentSum(tensor([1, 2, 4]), tensor([0, 1, 0], { dtype: "i32" }), { size: 2 }) // [5, 2]
 */
export function segmentSum(x: Tensor, ids: Tensor, options: SegmentOptions): Tensor {
  checkSegments("segmentSum", x, ids, options);
  return indexAdd(x, ids, options);
}

/**
 * The mean of the slices of each segment; empty segments are 0. See `segmentSum`.
 *
 * Shapes: x [n, ...] and i32 ids [n] -> [size, ...]. Throws ShapeError when they do not fit, DTypeError unless x is f32, f16, i32 or
 * u32 and the ids i32. The mean of integers is truncated.
 *
 * @example segmentMean(tensor([1, 2, 4]), tensor([0, 1, 0], { dtype: "i32" }), { size: 2 }) // [2.5, 2]
 */
export function segmentMean(x: Tensor, ids: Tensor, options: SegmentOptions): Tensor {
  checkSegments("segmentMean", x, ids, options);
  return scope(() => {
    const ones = execute(
      fullOp,
      [],
      { shape: ids.shape, dtype: x.dtype },
      { scalars: [1], backend: x.backend },
    )[0]!;
    const counts = maximum(indexAdd(ones, ids, { ...options, outOfRange: "zero" }), 1);
    const perSlice = reshape(counts, [options.size, ...x.shape.slice(1).fill(1)]);
    return div(indexAdd(x, ids, options), perSlice);
  });
}

function reduceToExtremes(
  operation: string,
  x: Tensor,
  ids: Tensor,
  options: SegmentOptions,
  reduction: "max" | "min",
): Tensor {
  checkSegments(operation, x, ids, options);
  const { size, outOfRange = "error", negative = "fromEnd" } = options;
  return scope(() => {
    const spec = { shape: [size, ...x.shape.slice(1)], dtype: x.dtype };
    const scalars = [getIdentity(reduction, x.dtype)];
    const empty = execute(fullOp, [], spec, { scalars, backend: x.backend })[0]!;
    const attrs = { axis: 0, includeSelf: false, elementwise: false, outOfRange, negative };
    return reduce(empty, ids, x, attrs, reduction);
  });
}

/**
 * The largest element of each segment; -Infinity, or the smallest integer, in empty segments. See `segmentSum`.
 *
 * Shapes: x [n, ...] and i32 ids [n] -> [size, ...]. Throws ShapeError when they do not fit, DTypeError unless x is f32, f16, i32 or
 * u32 and the ids i32.
 *
 * @example segmentMax(tensor([1, 2, 4]), tensor([0, 1, 0], { dtype: "i32" }), { size: 2 }) // [4, 2]
 */
export function segmentMax(x: Tensor, ids: Tensor, options: SegmentOptions): Tensor {
  return reduceToExtremes("segmentMax", x, ids, options, "max");
}

/**
 * The smallest element of each segment; Infinity, or the largest integer, in empty segments. See `segmentSum`.
 *
 * Shapes: x [n, ...] and i32 ids [n] -> [size, ...]. Throws ShapeError when they do not fit, DTypeError unless x is f32, f16, i32 or
 * u32 and the ids i32.
 *
 * @example segmentMin(tensor([1, 2, 4]), tensor([0, 1, 0], { dtype: "i32" }), { size: 2 }) // [1, 2]
 */
export function segmentMin(x: Tensor, ids: Tensor, options: SegmentOptions): Tensor {
  return reduceToExtremes("segmentMin", x, ids, options, "min");
}
