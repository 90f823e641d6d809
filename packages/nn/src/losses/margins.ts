import type { Tensor, Value } from "@evenkeel/tensor";
import { e } from "@evenkeel/tensor";
import { checkOptions, finite } from "@evenkeel/tensor/checks";
import { softplusOfMinusAbs } from "./elementwise.ts";
import type { Formula } from "./formula.ts";
import { computeLoss } from "./formula.ts";
import type { LossOptions } from "./reduction.ts";
import { lossRules } from "./reduction.ts";

export interface MarginOptions extends LossOptions {
  /** Default: 0 for `marginRanking`, 1 for `hingeEmbedding`. */
  readonly margin?: number;
}

const positivePart = (x: Value): Value => e.select(e.greater(x, 0), x, 0);

/** max(0, margin - y (a - b)). */
const ranking: Formula = {
  inputs: ["first", "second", "labels"],
  scalars: 1,
  loss: ([a, b, y], [margin]) => positivePart(e.sub(margin!, e.mul(y!, e.sub(a!, b!)))),
};

/**
 * max(0, margin - y (first - second)): label 1 says that the first is to be larger, -1 that the second is.
 *
 * Shapes: f32 or f16 any, the same; labels that broadcast to them -> f32 [], or the same with reduction `none`. Throws ShapeError
 * when they do not fit, DTypeError for other dtypes, ArgumentError for options out of range.
 *
 * @example marginRanking(tensor([1, 2]), tensor([3, 1]), tensor([1, 1]), { reduction: "none" }) // [2, 0]
 */
export function marginRanking(
  first: Tensor,
  second: Tensor,
  labels: Tensor,
  options: MarginOptions = {},
): Tensor {
  checkOptions<MarginOptions>("marginRanking", options, { ...lossRules, margin: finite });
  return computeLoss("marginRanking", ranking, [first, second, labels], options, [options.margin ?? 0]);
}

/** x where y = 1, max(0, margin - x) where y = -1. */
const hinge: Formula = {
  inputs: ["input", "labels"],
  scalars: 1,
  loss: ([x, y], [margin]) => e.select(e.equal(y!, 1), x!, positivePart(e.sub(margin!, x!))),
};

/**
 * Distances of what is alike (label 1), and how much the distances of what differs (label -1) fall short of the margin.
 *
 * Shapes: f32 or f16 any, the same -> f32 [], or the same with reduction `none`. Throws ShapeError when they differ, DTypeError
 * for other dtypes, ArgumentError for options out of range.
 *
 * @example hingeEmbedding(tensor([2, 0.25]), tensor([1, -1]), { reduction: "none" }) // [2, 0.75]
 */
export function hingeEmbedding(input: Tensor, labels: Tensor, options: MarginOptions = {}): Tensor {
  checkOptions<MarginOptions>("hingeEmbedding", options, { ...lossRules, margin: finite });
  return computeLoss("hingeEmbedding", hinge, [input, labels], options, [options.margin ?? 1]);
}

/** log(1 + exp(-y x)), without overflow. */
const logistic: Formula = {
  inputs: ["input", "labels"],
  scalars: 0,
  loss: ([x, y]) => {
    const value = e.neg(e.mul(y!, x!));
    return e.add(positivePart(value), softplusOfMinusAbs(value));
  },
};

/**
 * log(1 + exp(-y x)) for labels y of 1 and -1.
 *
 * Shapes: f32 or f16 any, the same -> f32 [], or the same with reduction `none`. Throws ShapeError when they differ, DTypeError
 * for other dtypes, ArgumentError for unknown options.
 *
 * @example softMargin(tensor([0, 2]), tensor([1, -1]), { reduction: "none" }) // [0.6931, 2.127]
 */
export function softMargin(input: Tensor, labels: Tensor, options: LossOptions = {}): Tensor {
  checkOptions("softMargin", options, lossRules);
  return computeLoss("softMargin", logistic, [input, labels], options);
}
