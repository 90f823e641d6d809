import { checkOptions, checkTensors, checkValue } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { nonNegativeInteger } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import { formatShape, normalizeAxis, sameShape } from "../../core/spec.ts";
import type { Tensor } from "../../core/tensor.ts";
import { gather } from "../gather/gather.ts";
import type { IndexAddAttributes } from "../index-add/index-add.ts";
import type { OutOfRange } from "../indexing/indexing-plan.ts";
import { addPlan, checkIndices, indexCheck, indexingRules } from "../indexing/indexing-plan.ts";
import { linesAlong } from "../lines/lines.ts";

/** y[o, i, j] = sum of updates[o, k, j] over the k with indices[o, k, j] = i; indices out of range are left out. */
export const scatterAddOp: Op<IndexAddAttributes> = {
  name: "scatterAdd",
  outputs: ([updates, indices], { axis, size }) => {
    checkDType("scatterAdd", "updates", updates!, "f32", "i32", "u32");
    checkIndices("scatterAdd", indices!);
    checkValue("scatterAdd: size", size, nonNegativeInteger);
    if (!sameShape(updates!.shape, indices!.shape)) {
      throw new ShapeError(
        `scatterAdd: found updates ${formatShape(updates!.shape)} and indices ${formatShape(indices!.shape)}, expected one shape`,
      );
    }
    return [{ shape: updates!.shape.with(axis, size), dtype: updates!.dtype }];
  },
  meaning: {
    loops: ([updates, indices], [y], { axis, size }) => {
      const { length, inner } = linesAlong(updates!.shape, axis);
      indices!.data.forEach((index, position) => {
        if (index < 0 || index >= size) return;
        const outer = Math.floor(position / (length * inner));
        y!.data[(outer * size + index) * inner + (position % inner)]! += updates!.data[position]!;
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [1], outputs: [] }),
    apply: ({ inputs: [, indices], outputGradients: [dy], attrs: { axis } }) => [
      gather(dy!, indices!, { axis, outOfRange: "zero" }),
      undefined,
    ],
  },
  kernels: {
    wasm: ([updates], { axis, size, outOfRange }) => {
      const { outer, length, inner } = linesAlong(updates!.shape, axis);
      const indexing = { outer, length: size, inner, count: length, elementwise: true };
      return addPlan(updates!, indexing, indexCheck("scatterAdd", size, outOfRange));
    },
  },
};

/**
 * Zeros to which every element is added at its own index along an axis: the transpose of `gather`. Elements of one index are
 * added in their order, so the result has the same bits every time. Indices out of range are as in `indexAdd`.
 *
 * Shapes: updates and i32 indices of one shape -> `size` along the axis. Throws ShapeError, DTypeError unless the updates
 * are numbers and the indices i32, ArgumentError for an axis out of range.
 *
 * @param options.axis default: the last
 * @param options.outOfRange what an index out of range means, default "error"
 * @example scatterAdd(tensor([1, 2, 4]), tensor([0, 2, 0], { dtype: "i32" }), { size: 3 }) // [5, 0, 2]
 */
export function scatterAdd(
  updates: Tensor,
  indices: Tensor,
  options: { readonly axis?: number; readonly size: number; readonly outOfRange?: OutOfRange },
): Tensor {
  checkTensors("scatterAdd", updates, indices);
  checkOptions<typeof options>("scatterAdd", options, { ...indexingRules, size: nonNegativeInteger }, [
    "size",
  ]);
  const { size, outOfRange = "error" } = options;
  const axis = normalizeAxis(options.axis ?? -1, updates.rank, "scatterAdd");
  return execute(scatterAddOp, [updates, indices], { axis, size, outOfRange })[0]!;
}
