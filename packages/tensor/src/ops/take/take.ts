import { checkOptions, checkTensors } from "../../checks/check.ts";
import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import { normalizeAxis, sizeOf } from "../../core/spec.ts";
import type { Tensor } from "../../core/tensor.ts";
import { indexAdd } from "../index-add/index-add.ts";
import type { Indexing, OutOfRange } from "../indexing/indexing-plan.ts";
import {
  checkIndices,
  indexCheck,
  indexingRules,
  missingValue,
  takePlan,
} from "../indexing/indexing-plan.ts";
import { linesAlong } from "../lines/lines.ts";

export interface TakeAttributes {
  /** Counted from the front. */
  readonly axis: number;
  readonly outOfRange: OutOfRange;
}

/** y[o, k, j] = x[o, indices[k], j] along the axis; an index out of range gives NaN in f32, 0 in other dtypes. */
export const takeOp: Op<TakeAttributes> = {
  name: "take",
  outputs: ([x, indices], { axis }) => {
    checkIndices("take", indices!);
    return [{ shape: x!.shape.toSpliced(axis, 1, ...indices!.shape), dtype: x!.dtype }];
  },
  meaning: {
    loops: ([x, indices], [y], { axis, outOfRange }) => {
      const { outer, length, inner } = linesAlong(x!.shape, axis);
      const count = indices!.data.length;
      y!.data.fill(missingValue(x!, outOfRange));
      for (let o = 0; o < outer; o++) {
        indices!.data.forEach((index, k) => {
          if (index < 0 || index >= length) return;
          const from = (o * length + index) * inner;
          y!.data.set(x!.data.subarray(from, from + inner), (o * count + k) * inner);
        });
      }
    },
  },
  gradient: {
    reads: () => ({ inputs: [1], outputs: [] }),
    apply: ({ inputs: [, indices], inputSpecs: [x], outputGradients: [dy], attrs: { axis } }) => [
      indexAdd(dy!, indices!, { axis, size: x!.shape[axis]!, outOfRange: "zero" }),
      undefined,
    ],
  },
  kernels: {
    wasm: ([x, indices], { axis, outOfRange }, limits) => {
      const count = sizeOf(indices!.shape);
      const indexing: Indexing = { ...linesAlong(x!.shape, axis), count, elementwise: false };
      const check = indexCheck("take", indexing.length, outOfRange);
      return takePlan(x!, missingValue(x!, outOfRange), indexing, limits, check);
    },
  },
};

export interface TakeOptions {
  /** Default: 0. */
  readonly axis?: number;
  /** What an index out of range means. Default: "error". */
  readonly outOfRange?: OutOfRange;
}

/**
 * The slices of a tensor that indices name, along one axis: an embedding is `take(table, tokens)`. The gradient adds up in the
 * order of the indices. An index out of range gives NaN (0 unless x is f32), and the next read, or `idle`, rejects with
 * ArgumentError, which says how many there are; with `outOfRange: "zero"` it gives 0, and nothing rejects.
 *
 * Shapes: [..., n, ...] and i32 [i, j, ...] -> [..., i, j, ..., ...]. Throws DTypeError unless the indices are i32, ArgumentError
 * for an axis out of range.
 *
 * @example take(tensor([[1, 2], [3, 4]]), tensor([1, 1, 0], { dtype: "i32" })) // [[3, 4], [3, 4], [1, 2]]
 */
export function take(x: Tensor, indices: Tensor, options: TakeOptions = {}): Tensor {
  checkTensors("take", x, indices);
  checkOptions<TakeOptions>("take", options, indexingRules);
  const { axis = 0, outOfRange = "error" } = options;
  const attrs = { outOfRange, axis: normalizeAxis(axis, x.rank, "take") };
  return execute(takeOp, [x, indices], attrs)[0]!;
}
