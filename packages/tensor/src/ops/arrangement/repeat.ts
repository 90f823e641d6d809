import { checkOptions, checkTensors, checkValue } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import { anything, either, listOf, nonNegativeInteger } from "../../checks/rules.ts";
import { checkFits } from "../../core/devices/backend.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Spec } from "../../core/spec.ts";
import { formatShape, normalizeAxis } from "../../core/spec.ts";
import { fromData } from "../../creation/from-data.ts";
import { indexType } from "../../expression/dtype-kinds.ts";
import { take } from "../indexing/take.ts";
import { broadcastTo } from "../movement/broadcast-to.ts";
import { reshape } from "../movement/reshape.ts";

/**
 * Repeats a whole tensor along its axes.
 *
 * Shapes: [..., n] -> [..., n * count]; with more counts than axes, axes of one element are added in front, and with fewer, they
 * belong to the last axes. Throws ArgumentError unless the counts are non-negative integers.
 *
 * @param counts the number of copies along each axis
 * @example tile(tensor([1, 2]), [2, 2]) // [[1, 2, 1, 2], [1, 2, 1, 2]]
 */
export function tile(x: Tensor, counts: readonly number[]): Tensor {
  checkTensors("tile", x);
  checkValue("tile: counts", counts, listOf(nonNegativeInteger));
  const rank = Math.max(x.rank, counts.length);
  const shape = [...new Array<number>(rank - x.rank).fill(1), ...x.shape];
  const copies = [...new Array<number>(rank - counts.length).fill(1), ...counts];
  const tiled = shape.map((size, axis) => size * copies[axis]!);
  checkFits("tile: counts", { shape: tiled, dtype: x.dtype }, x.backend);
  return scope(() => {
    const apart = shape.flatMap((size) => [1, size]);
    const repeated = shape.flatMap((size, axis) => [copies[axis]!, size]);
    return reshape(broadcastTo(reshape(x, apart), repeated), tiled);
  });
}

/**
 * Repeats each element along an axis, next to itself, like PyTorch's `repeat_interleave` and NumPy's `repeat`. A number repeats in one
 * launch without indices.
 *
 * Shapes: [..., n, ...] -> [..., n * count, ...], or the sum of the counts. Throws ArgumentError for an axis out of range, counts
 * that are not non-negative integers, and a number of counts other than n.
 *
 * @param counts how often each element is repeated, or a number for all of them
 * @param options.axis default: the tensor is repeated as one vector
 * @example repeatInterleave(tensor([1, 2, 3]), [2, 0, 1]) // [1, 1, 3]
 */
export function repeatInterleave(
  x: Tensor,
  counts: number | readonly number[],
  options: { readonly axis?: number } = {},
): Tensor {
  checkTensors("repeatInterleave", x);
  checkValue("repeatInterleave: counts", counts, either(nonNegativeInteger, listOf(nonNegativeInteger)));
  checkOptions<typeof options>("repeatInterleave", options, { axis: anything });
  if (options.axis === undefined && x.rank !== 1) {
    return scope(() => repeatInterleave(reshape(x, [x.size]), counts, { ...options, axis: 0 }));
  }
  const axis = normalizeAxis(options.axis ?? 0, x.rank, "repeatInterleave");
  if (typeof counts !== "number") return repeatByCounts(x, counts, axis);
  const shape = x.shape.with(axis, x.shape[axis]! * counts);
  checkFits("repeatInterleave: counts", { shape, dtype: x.dtype }, x.backend);
  return scope(() => {
    const apart = reshape(x, x.shape.toSpliced(axis + 1, 0, 1));
    const repeated = broadcastTo(apart, x.shape.toSpliced(axis + 1, 0, counts));
    return reshape(repeated, shape);
  });
}

function repeatByCounts(x: Tensor, counts: readonly number[], axis: number): Tensor {
  const size = x.shape[axis]!;
  if (counts.length !== size) {
    throw new ArgumentError(
      `repeatInterleave: counts: found ${counts.length} for axis ${axis} of ${formatShape(x.shape)}, expected ${size}`,
    );
  }
  const { backend, dtype } = x;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const indexSpec: Spec = { shape: [total], dtype: indexType };
  checkFits("repeatInterleave: counts", { shape: x.shape.with(axis, total), dtype }, backend);
  checkFits("repeatInterleave: counts: indices", indexSpec, backend);
  const sources = new Int32Array(total);
  let begin = 0;
  for (const [index, count] of counts.entries()) {
    sources.fill(index, begin, begin + count);
    begin += count;
  }
  return scope(() => {
    const indices = fromData(sources, indexSpec, { backend });
    return take(x, indices, { axis });
  });
}
