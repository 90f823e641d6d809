import { checkOptions, checkTensors } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import { anything, yesOrNo } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { formatShape, normalizeAxis } from "../../core/spec.ts";
import { arithmeticTypes, indexType } from "../../expression/dtype-kinds.ts";
import { computeLines, forEachLine } from "../movement/lines.ts";
import type { TopKAttributes } from "./attributes.ts";
import { scatterAdd } from "./gather.ts";
import { indexingFamily } from "./indexing-family.ts";

/**
 * The k largest or smallest values along the axis, in order, and their positions; ties are ordered by position; NaN
 * counts as the largest value.
 */
export const topKOp: Op<TopKAttributes> = {
  name: "topK",
  outputs: ([x], { k, axis }) => {
    checkDType("topK", "x", x!, ...arithmeticTypes);
    const length = x!.shape[axis]!;
    if (!Number.isInteger(k) || k < 0 || k > length) {
      throw new ArgumentError(
        `topK: k: found ${k} for shape ${formatShape(x!.shape)}, expected an integer in [0, ${length}], the size of axis ${axis}`,
      );
    }
    const shape = x!.shape.with(axis, k);
    return [
      { shape, dtype: x!.dtype },
      { shape, dtype: indexType },
    ];
  },
  meaning: {
    loops: ([x], [values, positions], { k, axis, largest }) => {
      const lines = computeLines(x!.shape, axis);
      const { length, inner } = lines;
      const sign = largest ? -1 : 1;
      const rank = (value: number): number => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value);
      const isNan = (value: number): number => Number(Number.isNaN(value));
      forEachLine(lines, (first, line) => {
        const at = (position: number): number => x!.data[first + position * inner]!;
        const order = Array.from({ length }, (_, position) => position).sort((a, b) => {
          const [u, v] = [at(a), at(b)];
          if (isNan(u) !== isNan(v)) return sign * (isNan(u) - isNan(v));
          return rank(u) === rank(v) ? a - b : sign * (u - v);
        });
        order.slice(0, k).forEach((position, place) => {
          const to = (Math.floor(line / inner) * k + place) * inner + (line % inner);
          values!.data[to] = at(position);
          positions!.data[to] = position;
        });
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [1] }),
    apply: ({ outputs: [, positions], inputSpecs: [x], outputGradients: [dValues], attrs: { axis } }) => [
      dValues && scatterAdd(dValues, positions!, { axis, size: x!.shape[axis]!, outOfRange: "zero" }),
    ],
  },
  family: indexingFamily,
};

export interface TopKOptions {
  /** Default: the last. */
  readonly axis?: number;
  /** Whether the largest or the smallest values are selected. Default: true. */
  readonly largest?: boolean;
}

/**
 * The k largest values along an axis, in descending order, and their indices; ties are ordered by index. NaN counts
 * as the largest value, as in PyTorch.
 *
 * Shapes: [..., n, ...] -> values [..., k, ...] and i32 indices of the same shape. Throws DTypeError unless x is f32, f16, i32 or
 * u32, ArgumentError for an axis out of range and for k > n.
 *
 * @example const { values, indices } = topK(tensor([3, 1, 4]), 2); // [4, 3], [2, 0]
 */
export function topK(x: Tensor, k: number, options: TopKOptions = {}): { values: Tensor; indices: Tensor } {
  checkTensors("topK", x);
  checkOptions<TopKOptions>("topK", options, { axis: anything, largest: yesOrNo });
  const { axis = -1, largest = true } = options;
  const attrs = { k, axis: normalizeAxis(axis, x.rank, "topK"), largest };
  const [values, indices] = execute(topKOp, [x], attrs);
  return { values: values!, indices: indices! };
}
