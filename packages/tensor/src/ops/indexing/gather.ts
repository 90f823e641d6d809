import { checkOptions, checkTensors, checkValue } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { nonNegativeInteger } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { Spec } from "../../core/spec.ts";
import { formatShape, isSameShape, normalizeAxis } from "../../core/spec.ts";
import { arithmeticTypes } from "../../expression/dtype-kinds.ts";
import { computeLines } from "../movement/lines.ts";
import type { GatherAttributes, IndexAddAttributes } from "./attributes.ts";
import type { IndexingOptions } from "./indexing.ts";
import { checkIndices, getMissingValue, indexingRules, toPosition } from "./indexing.ts";
import { indexingFamily } from "./indexing-family.ts";

function checkShapes(x: Spec, indices: Spec, axis: number): void {
  if (
    !isSameShape(x.shape.toSpliced(axis, 1), indices.shape.toSpliced(axis, 1)) ||
    x.shape.length !== indices.shape.length
  ) {
    throw new ShapeError(
      `gather: found x ${formatShape(x.shape)} and indices ${formatShape(indices.shape)}, expected shapes that differ along axis ${axis} only`,
    );
  }
}

/** y[o, k, j] = x[o, indices[o, k, j], j] along the axis; an index out of range gives NaN in floats, 0 in other dtypes. */
export const gatherOp: Op<GatherAttributes> = {
  name: "gather",
  outputs: ([x, indices], { axis }) => {
    checkIndices("gather", indices!);
    checkShapes(x!, indices!, axis);
    return [{ shape: indices!.shape, dtype: x!.dtype }];
  },
  meaning: {
    loops: ([x, indices], [y], { axis, outOfRange, negative }) => {
      const { length, inner } = computeLines(x!.shape, axis);
      const missing = getMissingValue(x!, outOfRange);
      const run = indices!.shape[axis]! * inner;
      indices!.data.forEach((given, position) => {
        const index = toPosition(given, length, negative);
        const from = (Math.floor(position / run) * length + index) * inner + (position % inner);
        y!.data[position] = index >= 0 && index < length ? x!.data[from]! : missing;
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [1], outputs: [] }),
    apply: ({ inputs: [, indices], inputSpecs: [x], outputGradients: [dy], attrs: { axis, negative } }) => {
      const options = { axis, size: x!.shape[axis]!, outOfRange: "zero", negative } as const;
      return [scatterAdd(dy!, indices!, options), undefined];
    },
  },
  family: indexingFamily,
};

export interface GatherOptions extends IndexingOptions {
  /** Default: the last. */
  readonly axis?: number;
}

/**
 * For every element of the indices, the element of `x` at that index along the axis, like PyTorch's `gather`. Indices
 * out of range are treated as in `take`.
 *
 * Shapes: x and i32 indices that differ along `axis` only -> the shape of the indices. Throws ShapeError, DTypeError unless the
 * indices are i32, ArgumentError for an axis out of range.
 *
 * @example gather(tensor([[1, 2], [3, 4]]), tensor([[1], [0]], { dtype: "i32" })) // [[2], [3]]
 */
export function gather(x: Tensor, indices: Tensor, options: GatherOptions = {}): Tensor {
  checkTensors("gather", x, indices);
  checkOptions<GatherOptions>("gather", options, indexingRules);
  const { axis = -1, outOfRange = "error", negative = "fromEnd" } = options;
  const attrs = { outOfRange, negative, axis: normalizeAxis(axis, x.rank, "gather") };
  return execute(gatherOp, [x, indices], attrs)[0]!;
}

/** y[o, i, j] = sum of updates[o, k, j] over the k with indices[o, k, j] = i; indices out of range are left out. */
export const scatterAddOp: Op<IndexAddAttributes> = {
  name: "scatterAdd",
  outputs: ([updates, indices], { axis, size }) => {
    checkDType("scatterAdd", "updates", updates!, ...arithmeticTypes);
    checkIndices("scatterAdd", indices!);
    checkValue("scatterAdd: size", size, nonNegativeInteger);
    if (!isSameShape(updates!.shape, indices!.shape)) {
      throw new ShapeError(
        `scatterAdd: found updates ${formatShape(updates!.shape)} and indices ${formatShape(indices!.shape)}, expected one shape`,
      );
    }
    return [{ shape: updates!.shape.with(axis, size), dtype: updates!.dtype }];
  },
  meaning: {
    loops: ([updates, indices], [y], { axis, size, negative }) => {
      const { length, inner } = computeLines(updates!.shape, axis);
      indices!.data.forEach((given, position) => {
        const index = toPosition(given, size, negative);
        if (index < 0 || index >= size) return;
        const outer = Math.floor(position / (length * inner));
        y!.data[(outer * size + index) * inner + (position % inner)]! += updates!.data[position]!;
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [1], outputs: [] }),
    apply: ({ inputs: [, indices], outputGradients: [dy], attrs: { axis, negative } }) => [
      gather(dy!, indices!, { axis, outOfRange: "zero", negative }),
      undefined,
    ],
  },
  family: indexingFamily,
};

/**
 * Adds every element to zeros at its own index along an axis: the transpose of `gather`. Elements with the same index are
 * added in their order, so the result has the same bits every time. Indices out of range are treated as in `indexAdd`.
 *
 * Shapes: updates and i32 indices of one shape -> `size` along the axis. Throws ShapeError, DTypeError unless the updates
 * are f32, f16, i32 or u32 and the indices i32, ArgumentError for an axis out of range.
 *
 * @param options.axis default: the last
 * @param options.outOfRange how an index out of range is treated, default "error"
 * @param options.negative what a negative index means, default "fromEnd"
 * @example scatterAdd(tensor([1, 2, 4]), tensor([0, 2, 0], { dtype: "i32" }), { size: 3 }) // [5, 0, 2]
 */
export function scatterAdd(
  updates: Tensor,
  indices: Tensor,
  options: IndexingOptions & { readonly axis?: number; readonly size: number },
): Tensor {
  checkTensors("scatterAdd", updates, indices);
  checkOptions<typeof options>("scatterAdd", options, { ...indexingRules, size: nonNegativeInteger }, [
    "size",
  ]);
  const { size, outOfRange = "error", negative = "fromEnd" } = options;
  const axis = normalizeAxis(options.axis ?? -1, updates.rank, "scatterAdd");
  return execute(scatterAddOp, [updates, indices], { axis, size, outOfRange, negative })[0]!;
}
