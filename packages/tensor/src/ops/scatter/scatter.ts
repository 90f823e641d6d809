import { checkOptions, checkTensors, checkValue } from "../../checks/check.ts";
import { anyNumber, aTensor, either, oneOf, yesOrNo } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { normalizeAxis } from "../../core/spec.ts";
import { arithmeticTypes, checkNumber, indexType } from "../../expression/dtype-kinds.ts";
import { full, onesLike } from "../creation/full.ts";
import { div } from "../elementwise/arithmetic.ts";
import { cast } from "../elementwise/cast.ts";
import type { IndexingOptions } from "../indexing/indexing.ts";
import { indexingRules } from "../indexing/indexing.ts";
import type { Combination, ScatterAttributes } from "./attributes.ts";
import { scatterOp } from "./scatter-op.ts";

/** Runs an op of arithmetic dtypes on tensors of any dtype: those that are data or truth values go through integers. */
export function withArithmeticType(
  tensors: readonly Tensor[],
  body: (...tensors: Tensor[]) => Tensor,
): Tensor {
  const { dtype } = tensors[0]!;
  if (arithmeticTypes.includes(dtype) || tensors.some((one) => one.dtype !== dtype)) return body(...tensors);
  return scope(() => cast(body(...tensors.map((tensor) => cast(tensor, indexType))), dtype));
}

export interface ScatterOptions extends IndexingOptions {
  /** Default: the last. */
  readonly axis?: number;
}

const makeAttributes = (
  operation: string,
  x: Tensor,
  { axis = -1, outOfRange = "error", negative = "fromEnd" }: ScatterOptions,
): Omit<ScatterAttributes, "reduction" | "includeSelf"> => ({
  axis: normalizeAxis(axis, x.rank, operation),
  elementwise: true,
  outOfRange,
  negative,
});

/**
 * A copy of x in which every update replaces the element at its own index along an axis, like PyTorch's `scatter`. Of several
 * updates of an element the last one counts, and it alone has a gradient.
 *
 * Shapes: x, and i32 indices and updates of one shape that differs from that of x along `axis` only -> the shape of x. Throws
 * ShapeError, DTypeError unless the updates have the dtype of x and the indices are i32, ArgumentError for an axis out of range.
 * Indices out of range are treated as in `take`; their updates are ignored.
 *
 * @param updates a tensor, or a number for all indices
 * @example scatter(tensor([1, 2, 3]), tensor([2, 0], { dtype: "i32" }), tensor([10, 20])) // [20, 2, 10]
 */
export function scatter(
  x: Tensor,
  indices: Tensor,
  updates: Tensor | number,
  options: ScatterOptions = {},
): Tensor {
  checkTensors("scatter", x, indices);
  checkValue("scatter: updates", updates, either(aTensor, anyNumber));
  checkOptions<ScatterOptions>("scatter", options, indexingRules);
  const attrs: ScatterAttributes = {
    ...makeAttributes("scatter", x, options),
    reduction: "replace",
    includeSelf: true,
  };
  return scope(() =>
    withArithmeticType(
      [x, toTensor(x, indices, updates)],
      (target, values) => execute(scatterOp, [target!, indices, values!], attrs)[0]!,
    ),
  );
}

function toTensor(x: Tensor, indices: Tensor, updates: Tensor | number): Tensor {
  if (typeof updates !== "number") return updates;
  checkNumber("scatter", x.dtype, updates);
  return full(indices.shape, updates, { dtype: x.dtype, backend: x.backend });
}

/** How the updates of an element are reduced. */
export type ScatterReduction = Exclude<Combination, "replace"> | "mean";

export interface ScatterReduceOptions extends ScatterOptions {
  readonly reduction: ScatterReduction;
  /** Whether the element of x takes part in the reduction. Default: true. */
  readonly includeSelf?: boolean;
}

/**
 * A copy of x in which every element is reduced together with its updates, like PyTorch's `scatter_reduce`: updates are taken in
 * their order, so the result has the same bits every time. Elements without updates stay as they are. Gradients are PyTorch's: all
 * elements that equal an extreme share its gradient.
 *
 * Shapes: as `scatter`. Throws ShapeError, DTypeError unless x and the updates are f32, f16, i32 or u32 and the indices i32,
 * ArgumentError for an axis out of range and for unknown options. The mean of integers is truncated.
 *
 * @param options.reduction `sum`, `product`, `mean`, `max` or `min`
 * @example scatterReduce(tensor([1, 2]), tensor([0, 0], { dtype: "i32" }), tensor([5, 3]), { reduction: "max" }) // [5, 2]
 */
export function scatterReduce(
  x: Tensor,
  indices: Tensor,
  updates: Tensor,
  options: ScatterReduceOptions,
): Tensor {
  checkTensors("scatterReduce", x, indices, updates);
  checkOptions<ScatterReduceOptions>(
    "scatterReduce",
    options,
    {
      ...indexingRules,
      reduction: oneOf("sum", "product", "mean", "max", "min"),
      includeSelf: yesOrNo,
    },
    ["reduction"],
  );
  const { reduction, includeSelf = true } = options;
  const attrs = { ...makeAttributes("scatterReduce", x, options), includeSelf };
  return reduce(x, indices, updates, attrs, reduction);
}

/** An op call for each reduction but the mean, which is a sum that is divided by the number of its terms. */
export function reduce(
  x: Tensor,
  indices: Tensor,
  updates: Tensor,
  attrs: Omit<ScatterAttributes, "reduction">,
  reduction: Combination | "mean",
): Tensor {
  if (reduction !== "mean") return execute(scatterOp, [x, indices, updates], { ...attrs, reduction })[0]!;
  return scope(() => {
    const sums = reduce(x, indices, updates, attrs, "sum");
    const counts = reduce(onesLike(x), indices, onesLike(updates), { ...attrs, outOfRange: "zero" }, "sum");
    return div(sums, counts);
  });
}
