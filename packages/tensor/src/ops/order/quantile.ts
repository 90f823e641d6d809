import { checkOptions, checkTensors, checkValue } from "../../checks/check.ts";
import { either, fraction, listOf, oneOf } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { countElements } from "../../core/spec.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import { isNan } from "../elementwise/comparison.ts";
import { lerp } from "../elementwise/lerp.ts";
import { where } from "../elementwise/where.ts";
import { concatenate } from "../movement/concatenate.ts";
import { reshape } from "../movement/reshape.ts";
import { sliceAlong } from "../movement/slice-and-pad.ts";
import { transpose } from "../movement/transpose.ts";
import type { ReductionOptions } from "../reduction/axes.ts";
import { readReductionAttributes, reductionRules } from "../reduction/axes.ts";
import { checkReducible } from "../reduction/extreme.ts";
import { computeReducedShape } from "../reduction/reduction-geometry.ts";
import { sort } from "./sort.ts";

/** How a quantile between two values is chosen. */
export type Interpolation = "linear" | "lower" | "higher" | "midpoint" | "nearest";

const weights: { readonly [interpolation in Interpolation]: (share: number) => number } = {
  linear: (share) => share,
  lower: () => 0,
  higher: (share) => Math.ceil(share),
  midpoint: (share) => (share === 0 ? 0 : 0.5),
  // Ties go to the even position, as in PyTorch: see `computeWeight`.
  nearest: (share) => Math.round(share),
};

/** The weight of the value above, for a position between two values. */
function computeWeight(position: number, interpolation: Interpolation): number {
  const share = position - Math.floor(position);
  if (interpolation === "nearest" && share === 0.5) return Math.floor(position) % 2;
  return weights[interpolation](share);
}

/** Takes values at positions of the sorted elements that are reduced; NaN if an element is NaN. */
function takeSorted(
  operation: string,
  x: Tensor,
  options: ReductionOptions,
  take: (at: (position: number) => Tensor, last: number) => Tensor,
): Tensor {
  const attrs = readReductionAttributes(x, options, operation);
  checkDType(operation, "x", x, ...floatTypes);
  checkReducible(operation, x, attrs);
  const { axes } = attrs;
  return scope(() => {
    const kept = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
    const count = countElements(axes.map((axis) => x.shape[axis]!));
    const lines = countElements(kept.map((axis) => x.shape[axis]!));
    const { values } = sort(reshape(transpose(x, [...kept, ...axes]), [lines, count]));
    const at = (position: number): Tensor => sliceAlong(values, 1, position, 1);
    const largest = at(count - 1);
    const taken = where(isNan(largest), largest, take(at, count - 1));
    return reshape(taken, computeReducedShape(x.shape, attrs));
  });
}

export interface QuantileOptions extends ReductionOptions {
  /** How a quantile between two values is chosen. Default: "linear". */
  readonly interpolation?: Interpolation;
}

/**
 * The q-quantile over axes, like PyTorch's and NumPy's `quantile`: the value at position q (n - 1) of the sorted elements. NaN if an
 * element is NaN. Gradients go to the elements between which the quantile lies.
 *
 * Shapes: any -> without the reduced axes, or with one element there (`keepDims`); for several quantiles, with an axis for them in
 * front. Throws DTypeError unless x is f32 or f16, ShapeError where there is no element, ArgumentError for a quantile outside of
 * [0, 1] and for axes out of range or named twice.
 *
 * @param q a number in [0, 1], or several
 * @example quantile(tensor([1, 2, 4]), 0.75) // 3
 */
export function quantile(x: Tensor, q: number | readonly number[], options: QuantileOptions = {}): Tensor {
  checkTensors("quantile", x);
  checkValue("quantile: q", q, either(fraction, listOf(fraction)));
  checkOptions<QuantileOptions>("quantile", options, {
    ...reductionRules,
    interpolation: oneOf("linear", "lower", "higher", "midpoint", "nearest"),
  });
  const { interpolation = "linear", ...reduction } = options;
  const single = (share: number): Tensor =>
    takeSorted("quantile", x, reduction, (at, last) => {
      const position = share * last;
      const low = Math.floor(position);
      const weight = computeWeight(position, interpolation);
      if (weight === 0) return at(low);
      return weight === 1 ? at(low + 1) : lerp(at(low), at(low + 1), weight);
    });
  if (typeof q === "number") return single(q);
  return scope(() => {
    const parts = q.map((share) => {
      const part = single(share);
      return reshape(part, [1, ...part.shape]);
    });
    return concatenate(parts);
  });
}

/**
 * The median over axes: of an even number of values the lower one of the two in the middle, as in PyTorch. `quantile(x, 0.5)` is
 * the mean of the two, as in NumPy. NaN if an element is NaN.
 *
 * Shapes: any -> without the reduced axes, or with one element there (`keepDims`). Throws DTypeError unless x is f32 or f16,
 * ShapeError where there is no element, ArgumentError for axes out of range or named twice.
 *
 * @example median(tensor([4, 1, 3, 2])) // 2
 */
export function median(x: Tensor, options: ReductionOptions = {}): Tensor {
  return takeSorted("median", x, options, (at, last) => at(Math.floor(last / 2)));
}
