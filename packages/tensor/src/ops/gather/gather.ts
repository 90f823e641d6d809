import { checkOptions, checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Spec } from "../../core/spec.ts";
import { formatShape, normalizeAxis, sameShape } from "../../core/spec.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { OutOfRange } from "../indexing/indexing-plan.ts";
import {
  checkIndices,
  indexCheck,
  indexingRules,
  missingValue,
  takePlan,
} from "../indexing/indexing-plan.ts";
import { linesAlong } from "../lines/lines.ts";
import { scatterAdd } from "../scatter-add/scatter-add.ts";

export interface GatherAttributes {
  /** Counted from the front. */
  readonly axis: number;
  readonly outOfRange: OutOfRange;
}

function checkShapes(x: Spec, indices: Spec, axis: number): void {
  if (
    !sameShape(x.shape.toSpliced(axis, 1), indices.shape.toSpliced(axis, 1)) ||
    x.shape.length !== indices.shape.length
  ) {
    throw new ShapeError(
      `gather: found x ${formatShape(x.shape)} and indices ${formatShape(indices.shape)}, expected shapes that differ along axis ${axis} only`,
    );
  }
}

/** y[o, k, j] = x[o, indices[o, k, j], j] along the axis; an index out of range gives NaN in f32, 0 in other dtypes. */
export const gatherOp: Op<GatherAttributes> = {
  name: "gather",
  outputs: ([x, indices], { axis }) => {
    checkIndices("gather", indices!);
    checkShapes(x!, indices!, axis);
    return [{ shape: indices!.shape, dtype: x!.dtype }];
  },
  meaning: {
    loops: ([x, indices], [y], { axis, outOfRange }) => {
      const { length, inner } = linesAlong(x!.shape, axis);
      const missing = missingValue(x!, outOfRange);
      const run = indices!.shape[axis]! * inner;
      indices!.data.forEach((index, position) => {
        const from = (Math.floor(position / run) * length + index) * inner + (position % inner);

        y!.data[position] = index >= 0 && index < length ? x!.data[from]! : missing;
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [1], outputs: [] }),
    apply: ({ inputs: [, indices], inputSpecs: [x], outputGradients: [dy], attrs: { axis } }) => [
      scatterAdd(dy!, indices!, { axis, size: x!.shape[axis]!, outOfRange: "zero" }),
      undefined,
    ],
  },
  kernels: {
    wasm: ([x, indices], { axis, outOfRange }, limits) => {
      const indexing = { ...linesAlong(x!.shape, axis), count: indices!.shape[axis]!, elementwise: true };
      const check = indexCheck("gather", indexing.length, outOfRange);
      return takePlan(x!, missingValue(x!, outOfRange), indexing, limits, check);
    },
  },
};

export interface GatherOptions {
  /** Default: the last. */
  readonly axis?: number;
  /** What an index out of range means. Default: "error". */
  readonly outOfRange?: OutOfRange;
}

/**
 * For every element of the indices the element of `x` at that index along the axis, as PyTorch's `gather`. Indices out of range
 * are as in `take`.
 *
 * Shapes: x and i32 indices that differ along `axis` only -> the shape of the indices. Throws ShapeError, DTypeError unless the
 * indices are i32, ArgumentError for an axis out of range.
 *
 * @example gather(tensor([[1, 2], [3, 4]]), tensor([[1], [0]], { dtype: "i32" })) // [[2], [3]]
 */
export function gather(x: Tensor, indices: Tensor, options: GatherOptions = {}): Tensor {
  checkTensors("gather", x, indices);
  checkOptions<GatherOptions>("gather", options, indexingRules);
  const { axis = -1, outOfRange = "error" } = options;
  const attrs = { outOfRange, axis: normalizeAxis(axis, x.rank, "gather") };
  return execute(gatherOp, [x, indices], attrs)[0]!;
}
