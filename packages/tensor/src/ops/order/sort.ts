import { checkOptions, checkTensors } from "../../checks/check.ts";
import { anything, yesOrNo } from "../../checks/rules.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { normalizeAxis } from "../../core/spec.ts";
import { sub } from "../elementwise/arithmetic.ts";
import { argsort } from "../indexing/argsort.ts";
import { gather } from "../indexing/gather.ts";
import { flip } from "../movement/flip.ts";
import { swapAxes } from "../movement/transpose.ts";

export interface SortOptions {
  /** Default: the last. */
  readonly axis?: number;
  /** Whether the largest values come first. Default: false. */
  readonly descending?: boolean;
}

/**
 * The values along an axis in ascending or descending order, and their indices. Equal values keep their order, and NaN counts as the
 * largest value, as in PyTorch. Without a kernel for the device, the host sorts.
 *
 * Shapes: rank 1 or more -> values and i32 indices of the same shape. Throws DTypeError unless x is f32, f16, i32, u32 or u8,
 * ArgumentError for an axis out of range.
 *
 * @example const { values, indices } = sort(tensor([3, 1, 2])); // [1, 2, 3], [1, 2, 0]
 */
export function sort(x: Tensor, options: SortOptions = {}): { values: Tensor; indices: Tensor } {
  checkTensors("sort", x);
  checkOptions<SortOptions>("sort", options, { axis: anything, descending: yesOrNo });
  const { descending = false } = options;
  const axis = normalizeAxis(options.axis ?? -1, x.rank, "sort");
  const last = x.rank - 1;
  return scope(() => {
    const rows = axis === last ? x : swapAxes(x, axis, last);
    const order = descending ? argsortDown(rows) : argsort(rows);
    const values = gather(rows, order);
    const back = (sorted: Tensor): Tensor => (axis === last ? sorted : swapAxes(sorted, axis, last));
    return { values: back(values), indices: back(order) };
  });
}

/** Sorts the reversed rows and reverses the result, so that equal values keep their order. */
function argsortDown(rows: Tensor): Tensor {
  const reversed = argsort(flip(rows, { axis: -1 }));
  return sub(rows.shape.at(-1)! - 1, flip(reversed, { axis: -1 }));
}
