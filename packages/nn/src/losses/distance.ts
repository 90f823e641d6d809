import type { Tensor } from "@evenkeel/tensor";
import { abs, add, max, power, ShapeError, scope, sqrt, square, sub, sum } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { checkOptions, checkTensors, nonNegative, yesOrNo } from "@evenkeel/tensor/checks";
import { checkFloats } from "./formula.ts";

/** The p of a p-norm. */
export const norm: Rule = {
  expected: "a finite number of at least 1",
  accepts: (value) => typeof value === "number" && value >= 1 && value < Number.POSITIVE_INFINITY,
};

/** The p-norm of a - b + epsilon along the last axis. */
export function computeDistances(a: Tensor, b: Tensor, p: number, epsilon: number, keepDims = false): Tensor {
  const options = { axis: -1, keepDims };
  const difference = add(sub(a, b), epsilon);
  if (p === 1) return sum(abs(difference), options);
  if (p === 2) return sqrt(sum(square(difference), options));
  if (p === Number.POSITIVE_INFINITY) return max(abs(difference), options);
  return power(sum(power(abs(difference), p), options), 1 / p);
}

export interface PairwiseDistanceOptions {
  /** The norm of the difference, at least 1 or Infinity; default 2. */
  readonly p?: number;
  /** Is added to every difference, so that the distance of equal vectors has a slope; default 1e-6. */
  readonly epsilon?: number;
  /** Whether the last axis stays, with size 1. Default: false. */
  readonly keepDims?: boolean;
}

const normOrLargest: Rule = {
  expected: "a number of at least 1",
  accepts: (value) => typeof value === "number" && value >= 1,
};

/** Throws ArgumentError for options out of range. */
export function checkDistanceOptions(where: string, options: PairwiseDistanceOptions): void {
  checkOptions<PairwiseDistanceOptions>(where, options, {
    p: normOrLargest,
    epsilon: nonNegative,
    keepDims: yesOrNo,
  });
}

/**
 * The distance between vectors along the last axis: the p-norm of a - b + epsilon, as PyTorch's `pairwise_distance`.
 *
 * Shapes: f32 or f16 [..., size] and [..., size], which broadcast -> [...]. Throws ShapeError when they do not fit, DTypeError for other
 * dtypes, ArgumentError for options out of range.
 *
 * @example pairwiseDistance(tensor([[0, 0], [3, 4]]), tensor([[0, 1], [0, 0]])) // [1, 5]
 */
export function pairwiseDistance(a: Tensor, b: Tensor, options: PairwiseDistanceOptions = {}): Tensor {
  checkTensors("pairwiseDistance", a, b);
  checkDistanceOptions("pairwiseDistance", options);
  checkFloats("pairwiseDistance", "a", a);
  checkFloats("pairwiseDistance", "b", b);
  if (a.rank === 0 && b.rank === 0) throw new ShapeError("pairwiseDistance: found a [], expected vectors");
  const { p = 2, epsilon = 1e-6, keepDims = false } = options;
  return scope(() => computeDistances(a, b, p, epsilon, keepDims));
}
