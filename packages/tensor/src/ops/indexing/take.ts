import { checkOptions, checkTensors, checkValue } from "../../checks/check.ts";
import { ArgumentError, ShapeError } from "../../checks/errors.ts";
import { nonNegativeInteger } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { formatShape, isSameShape, normalizeAxis } from "../../core/spec.ts";
import { arithmeticTypes } from "../../expression/dtype-kinds.ts";
import { computeLines } from "../movement/lines.ts";
import type { IndexAddAttributes, TakeAttributes } from "./attributes.ts";
import type { IndexingOptions } from "./indexing.ts";
import { checkIndices, computeUpdateLines, getMissingValue, indexingRules, toPosition } from "./indexing.ts";
import { indexingFamily } from "./indexing-family.ts";

/** y[o, k, j] = x[o, indices[k], j] along the axis; an index out of range gives NaN in floats, 0 in other dtypes. */
export const takeOp: Op<TakeAttributes> = {
  name: "take",
  outputs: ([x, indices], { axis }) => {
    checkIndices("take", indices!);
    return [{ shape: x!.shape.toSpliced(axis, 1, ...indices!.shape), dtype: x!.dtype }];
  },
  meaning: {
    loops: ([x, indices], [y], { axis, outOfRange, negative }) => {
      const { outer, length, inner } = computeLines(x!.shape, axis);
      const count = indices!.data.length;
      y!.data.fill(getMissingValue(x!, outOfRange));
      for (let o = 0; o < outer; o++) {
        indices!.data.forEach((given, k) => {
          const index = toPosition(given, length, negative);
          if (index < 0 || index >= length) return;
          const from = (o * length + index) * inner;
          y!.data.set(x!.data.subarray(from, from + inner), (o * count + k) * inner);
        });
      }
    },
  },
  gradient: {
    reads: () => ({ inputs: [1], outputs: [] }),
    apply: ({ inputs: [, indices], inputSpecs: [x], outputGradients: [dy], attrs: { axis, negative } }) => {
      const options = { axis, size: x!.shape[axis]!, outOfRange: "zero", negative } as const;
      return [indexAdd(dy!, indices!, options), undefined];
    },
  },
  family: indexingFamily,
};

export interface TakeOptions extends IndexingOptions {
  /** Default: 0. */
  readonly axis?: number;
}

/**
 * Selects slices of a tensor by their indices along one axis: an embedding is `take(table, tokens)`. The gradient is
 * summed in the order of the indices. A negative index counts from the end: -1 is the last. An index out of range gives NaN (0 unless x is a float), and the next read, or
 * `idle`, rejects with ArgumentError, which says how many there are; with `outOfRange: "zero"` it gives 0, and nothing
 * rejects.
 *
 * Shapes: [..., n, ...] and i32 [i, j, ...] -> [..., i, j, ..., ...]. Throws DTypeError unless the indices are i32, ArgumentError
 * for an axis out of range.
 *
 * @example take(tensor([[1, 2], [3, 4]]), tensor([1, 1, 0], { dtype: "i32" })) // [[3, 4], [3, 4], [1, 2]]
 */
export function take(x: Tensor, indices: Tensor, options: TakeOptions = {}): Tensor {
  checkTensors("take", x, indices);
  checkOptions<TakeOptions>("take", options, indexingRules);
  const { axis = 0, outOfRange = "error", negative = "fromEnd" } = options;
  const attrs = { outOfRange, negative, axis: normalizeAxis(axis, x.rank, "take") };
  return execute(takeOp, [x, indices], attrs)[0]!;
}

/** y[o, indices[k], j] = sum over k of updates[o, k, j]; indices out of range are left out. */
export const indexAddOp: Op<IndexAddAttributes> = {
  name: "indexAdd",
  outputs: ([updates, indices], { axis, size }) => {
    checkDType("indexAdd", "updates", updates!, ...arithmeticTypes);
    checkIndices("indexAdd", indices!);
    checkValue("indexAdd: size", size, nonNegativeInteger);
    const rank = indices!.shape.length;
    if (!isSameShape(updates!.shape.slice(axis, axis + rank), indices!.shape)) {
      throw new ShapeError(
        `indexAdd: found updates ${formatShape(updates!.shape)}, expected the shape of the indices, ${formatShape(indices!.shape)}, from axis ${axis} on`,
      );
    }
    return [{ shape: updates!.shape.toSpliced(axis, rank, size), dtype: updates!.dtype }];
  },
  meaning: {
    loops: ([updates, indices], [y], { axis, size, negative }) => {
      const { outer, count, inner } = computeUpdateLines(updates!, indices!, axis);
      for (let o = 0; o < outer; o++) {
        indices!.data.forEach((given, k) => {
          const index = toPosition(given, size, negative);
          if (index < 0 || index >= size) return;
          for (let j = 0; j < inner; j++) {
            y!.data[(o * size + index) * inner + j]! += updates!.data[(o * count + k) * inner + j]!;
          }
        });
      }
    },
  },
  gradient: {
    reads: () => ({ inputs: [1], outputs: [] }),
    apply: ({ inputs: [, indices], outputGradients: [dy], attrs: { axis, negative } }) => [
      take(dy!, indices!, { axis, outOfRange: "zero", negative }),
      undefined,
    ],
  },
  family: indexingFamily,
};

/**
 * Adds slices to zeros at the given indices: the transpose of `take`. Slices with the same index are added in their order,
 * so the result has the same bits every time. A slice whose index is out of range is ignored, and the next read, or `idle`,
 * rejects with ArgumentError, which says how many there are; with `outOfRange: "zero"` nothing rejects.
 *
 * Shapes: [..., i, j, ..., ...] and i32 [i, j, ...] -> [..., size, ...]. Throws DTypeError unless the updates are f32,
 * f16, i32 or u32 and the indices i32, ShapeError when they do not fit, ArgumentError for an axis out of range.
 *
 * @param options.axis default: 0
 * @param options.outOfRange how an index out of range is treated, default "error"
 * @param options.negative what a negative index means, default "fromEnd"
 * @example indexAdd(tensor([1, 2, 4]), tensor([0, 2, 0], { dtype: "i32" }), { size: 3 }) // [5, 0, 2]
 */
export function indexAdd(
  updates: Tensor,
  indices: Tensor,
  options: IndexingOptions & { readonly axis?: number; readonly size: number },
): Tensor {
  checkTensors("indexAdd", updates, indices);
  checkOptions<typeof options>("indexAdd", options, { ...indexingRules, size: nonNegativeInteger }, ["size"]);
  const { axis = 0, size, outOfRange = "error", negative = "fromEnd" } = options;
  const rank = updates.rank - indices.rank + 1;
  if (rank < 1) {
    throw new ArgumentError(
      `indexAdd: found updates ${formatShape(updates.shape)} and indices ${formatShape(indices.shape)}, expected no more axes of indices`,
    );
  }
  const attrs = { axis: normalizeAxis(axis, rank, "indexAdd"), size, outOfRange, negative };
  return execute(indexAddOp, [updates, indices], attrs)[0]!;
}
