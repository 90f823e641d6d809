import { checkOptions, checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { nonNegativeInteger, oneOf } from "../../checks/rules.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Shape } from "../../core/spec.ts";
import { countElements, formatShape, isSameShape } from "../../core/spec.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import type { IndexingOptions } from "../indexing/indexing.ts";
import { checkIndices, indexingRules } from "../indexing/indexing.ts";
import { take } from "../indexing/take.ts";
import { reshape } from "../movement/reshape.ts";
import { sliceAlong } from "../movement/slice-and-pad.ts";
import type { Combination } from "./attributes.ts";
import { reduce, withArithmeticType } from "./scatter.ts";

/** The axes of x that the last axis of the indices selects along, and what is left behind them. */
function readSelection(
  operation: string,
  x: Tensor,
  indices: Tensor,
  batchDims: number,
): { readonly selected: Shape; readonly rest: Shape } {
  checkIndices(operation, indices);
  const axes = indices.shape.at(-1);
  if (
    axes === undefined ||
    axes === 0 ||
    batchDims >= indices.rank ||
    batchDims + axes > x.rank ||
    !isSameShape(x.shape.slice(0, batchDims), indices.shape.slice(0, batchDims))
  ) {
    throw new ShapeError(
      `${operation}: found x ${formatShape(x.shape)} and indices ${formatShape(indices.shape)} with ${batchDims} batch axes, expected equal batch axes, and a last axis of the indices of 1 to ${x.rank - batchDims} elements`,
    );
  }
  return {
    selected: x.shape.slice(batchDims, batchDims + axes),
    rest: x.shape.slice(batchDims + axes),
  };
}

/**
 * The row-major positions that vectors of indices select in the batch axes and the `selected` axes together; -1 for a vector with an
 * index out of range.
 */
function computePositions(
  indices: Tensor,
  selected: Shape,
  batchDims: number,
  negative: IndexingOptions["negative"] = "fromEnd",
): Tensor {
  const shape = indices.shape.slice(0, -1);
  const perBatch = countElements(shape.slice(batchDims));
  const last = indices.rank - 1;
  const columns = selected.map((_, axis) => reshape(sliceAlong(indices, last, axis, 1), shape));
  return pointwise(columns, (...values: Value[]) => {
    const [first] = values as [Value];
    const batch = e.cast(e.div(e.indexLike(first), Math.max(1, perBatch)), "i32");
    let position = batchDims === 0 ? e.constantLike(first, 0) : batch;
    let isInside = e.constantLike(first, 1, "bool");
    values.forEach((value, axis) => {
      const size = selected[axis]!;
      const index = negative === "fromEnd" ? e.select(e.less(value, 0), e.add(value, size), value) : value;
      isInside = e.and(isInside, e.and(e.greaterEqual(index, 0), e.less(index, size)));
      position = e.add(e.mul(position, size), index);
    });
    return e.select(isInside, position, -1);
  });
}

export interface GatherNdOptions extends IndexingOptions {
  /** The number of leading axes that x and the indices share. Default: 0. */
  readonly batchDims?: number;
}

/**
 * Selects elements or slices by vectors of indices, one index for each leading axis, like ONNX's `GatherND`.
 *
 * Shapes: x [batch..., d_1, ..., d_k, rest...] and i32 indices [batch..., i, ..., k] -> [batch..., i, ..., rest...]. Throws ShapeError
 * when they do not fit, DTypeError unless the indices are i32. A vector with an index out of range is treated as in `take`.
 *
 * @example gatherNd(tensor([[1, 2], [3, 4]]), tensor([[0, 1], [1, -1]], { dtype: "i32" })) // [2, 4]
 */
export function gatherNd(x: Tensor, indices: Tensor, options: GatherNdOptions = {}): Tensor {
  checkTensors("gatherNd", x, indices);
  checkOptions<GatherNdOptions>("gatherNd", options, {
    outOfRange: indexingRules.outOfRange,
    negative: indexingRules.negative,
    batchDims: nonNegativeInteger,
  });
  const { outOfRange = "error", negative, batchDims = 0 } = options;
  const { selected, rest } = readSelection("gatherNd", x, indices, batchDims);
  const rows = countElements(x.shape.slice(0, batchDims)) * countElements(selected);
  return scope(() => {
    const positions = computePositions(indices, selected, batchDims, negative);
    return take(reshape(x, [rows, ...rest]), positions, { outOfRange, negative: "outOfRange" });
  });
}

export interface ScatterNdOptions extends IndexingOptions {
  /** How updates and the elements of x are combined; by default the last update replaces the element. */
  readonly reduction?: Combination;
}

/**
 * A copy of x in which elements or slices, selected by vectors of indices, are replaced by updates or reduced with them, like ONNX's
 * `ScatterND`. Updates are taken in their order.
 *
 * Shapes: x [d_1, ..., d_k, rest...], i32 indices [i, ..., k] and updates [i, ..., rest...] -> the shape of x. Throws ShapeError when
 * they do not fit, DTypeError unless the updates have the dtype of x and the indices are i32. A vector with an index out of range is
 * treated as in `take`; its update is ignored.
 *
 * @example scatterNd(tensor([1, 2, 3]), tensor([[0], [2]], { dtype: "i32" }), tensor([9, 8])) // [9, 2, 8]
 */
export function scatterNd(
  x: Tensor,
  indices: Tensor,
  updates: Tensor,
  options: ScatterNdOptions = {},
): Tensor {
  checkTensors("scatterNd", x, indices, updates);
  checkOptions<ScatterNdOptions>("scatterNd", options, {
    outOfRange: indexingRules.outOfRange,
    negative: indexingRules.negative,
    reduction: oneOf("replace", "sum", "product", "max", "min"),
  });
  const { outOfRange = "error", negative, reduction = "replace" } = options;
  const { selected, rest } = readSelection("scatterNd", x, indices, 0);
  const attrs = {
    axis: 0,
    includeSelf: true,
    elementwise: false,
    outOfRange,
    negative: "outOfRange",
  } as const;
  return scope(() => {
    const positions = computePositions(indices, selected, 0, negative);
    const rows = withArithmeticType([x, updates], (target, values) =>
      reduce(reshape(target!, [countElements(selected), ...rest]), positions, values!, attrs, reduction),
    );
    return reshape(rows, x.shape);
  });
}
