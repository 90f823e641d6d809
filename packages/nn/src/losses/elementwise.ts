import type { Tensor, Value } from "@evenkeel/tensor";
import { e } from "@evenkeel/tensor";
import { anything, checkOptions, nonNegative, positive } from "@evenkeel/tensor/checks";
import type { Formula } from "./formula.ts";
import { computeLoss } from "./formula.ts";
import type { LossOptions } from "./reduction.ts";
import { lossRules } from "./reduction.ts";

/** log(1 + exp(-|x|)), which never overflows; -|x| is written so that its slope at 0 is 1, which makes sums with it smooth. */
export const softplusOfMinusAbs = (x: Value): Value => e.log1p(e.exp(e.select(e.greater(x, 0), e.neg(x), x)));

const mseFormula: Formula = {
  inputs: ["prediction", "target"],
  scalars: 0,
  loss: ([prediction, target]) => {
    const difference = e.sub(prediction!, target!);
    return e.mul(difference, difference);
  },
};

const l1Formula: Formula = {
  inputs: ["prediction", "target"],
  scalars: 0,
  loss: ([prediction, target]) => e.abs(e.sub(prediction!, target!)),
};

/** d^2 / (2 beta) where |d| < beta, else |d| - beta / 2. */
const smoothL1Formula: Formula = {
  inputs: ["prediction", "target"],
  scalars: 1,
  loss: ([prediction, target], [beta]) => {
    const difference = e.sub(prediction!, target!);
    const size = e.abs(difference);
    const near = e.div(e.mul(0.5, e.mul(difference, difference)), beta!);
    return e.select(e.less(size, beta!), near, e.sub(size, e.mul(0.5, beta!)));
  },
};

/** d^2 / 2 where |d| < delta, else delta (|d| - delta / 2). */
const huberFormula: Formula = {
  inputs: ["prediction", "target"],
  scalars: 1,
  loss: ([prediction, target], [delta]) => {
    const difference = e.sub(prediction!, target!);
    const size = e.abs(difference);
    const near = e.mul(0.5, e.mul(difference, difference));
    return e.select(e.less(size, delta!), near, e.mul(delta!, e.sub(size, e.mul(0.5, delta!))));
  },
};

/** max(x, 0) - x t + log(1 + exp(-|x|)). */
export const bceFormula: Formula = {
  inputs: ["logits", "targets"],
  scalars: 0,
  loss: ([x, t]) => e.add(e.sub(e.select(e.greater(x!, 0), x!, 0), e.mul(x!, t!)), softplusOfMinusAbs(x!)),
};

/** The least logarithm of a probability, as in PyTorch, so that the loss of a certain mistake is finite. */
const leastLogarithm = -100;

/** -t log p - (1 - t) log(1 - p). */
const probabilityFormula: Formula = {
  inputs: ["probabilities", "targets"],
  scalars: 0,
  loss: ([p, t]) => {
    const logarithm = (x: Value): Value => {
      const value = e.log(x);
      return e.select(e.less(value, leastLogarithm), leastLogarithm, value);
    };
    const complement = e.mul(e.sub(1, t!), logarithm(e.sub(1, p!)));
    return e.neg(e.add(e.mul(t!, logarithm(p!)), complement));
  },
};

/** (1 - t) x + (1 + (w - 1) t) (log(1 + exp(-|x|)) + max(-x, 0)). */
const weightedBceFormula: Formula = {
  inputs: ["logits", "targets", "positiveWeight"],
  scalars: 0,
  loss: ([x, t, w]) => {
    const factor = e.add(1, e.mul(e.sub(w!, 1), t!));
    const tail = e.add(softplusOfMinusAbs(x!), e.select(e.greater(x!, 0), 0, e.neg(x!)));
    return e.add(e.mul(e.sub(1, t!), x!), e.mul(factor, tail));
  },
};

/**
 * The squared difference.
 *
 * Shapes: f32 or f16 any, the same -> f32 [], or the same with reduction `none`. Throws ShapeError when they differ,
 * DTypeError for other dtypes.
 *
 * @example mse(model.forward(x), y)
 */
export function mse(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkOptions("mse", options, lossRules);
  return computeLoss("mse", mseFormula, [prediction, target], options);
}

/**
 * The absolute difference; its slope at 0 is 0.
 *
 * Shapes: f32 or f16 any, the same -> f32 [], or the same with reduction `none`. Throws ShapeError when they differ,
 * DTypeError for other dtypes.
 */
export function l1(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkOptions("l1", options, lossRules);
  return computeLoss("l1", l1Formula, [prediction, target], options);
}

export interface SmoothL1Options extends LossOptions {
  /** The distance at which the linear part begins; default 1, 0 gives the absolute difference. */
  readonly beta?: number;
}

/**
 * Quadratic where the difference is below beta, linear beyond (Girshick 2015, equation 3, with PyTorch's beta).
 *
 * Shapes: f32 or f16 any, the same -> f32 [], or the same with reduction `none`. Throws ShapeError when they differ,
 * DTypeError for other dtypes, ArgumentError for options out of range.
 */
export function smoothL1(prediction: Tensor, target: Tensor, options: SmoothL1Options = {}): Tensor {
  checkOptions<SmoothL1Options>("smoothL1", options, { ...lossRules, beta: nonNegative });
  const { beta = 1, ...common } = options;
  if (beta === 0) return l1(prediction, target, common);
  return computeLoss("smoothL1", smoothL1Formula, [prediction, target], options, [beta]);
}

export interface HuberOptions extends LossOptions {
  /** The distance at which the linear part begins; default 1. */
  readonly delta?: number;
}

/**
 * Half of the squared difference where it is below delta, linear with slope delta beyond (Huber 1964): delta times `smoothL1` with
 * `beta: delta`.
 *
 * Shapes: f32 or f16 any, the same -> f32 [], or the same with reduction `none`. Throws ShapeError when they differ,
 * DTypeError for other dtypes, ArgumentError for options out of range.
 *
 * @example huber(tensor([0, 4]), tensor([1, 1]), { reduction: "none" }) // [0.5, 2.5]
 */
export function huber(prediction: Tensor, target: Tensor, options: HuberOptions = {}): Tensor {
  checkOptions<HuberOptions>("huber", options, { ...lossRules, delta: positive });
  return computeLoss("huber", huberFormula, [prediction, target], options, [options.delta ?? 1]);
}

export interface BceOptions extends LossOptions {
  /** A factor for the loss of positive targets; it broadcasts to the targets. */
  readonly positiveWeight?: Tensor;
}

/**
 * The cross-entropy between sigmoid(logits) and targets in [0, 1].
 *
 * Shapes: f32 or f16 any, the same -> f32 [], or the same with reduction `none`; `positiveWeight` broadcasts to them. Throws
 * ShapeError when logits and targets differ, DTypeError for other dtypes, ArgumentError for unknown options.
 */
export function bceWithLogits(logits: Tensor, targets: Tensor, options: BceOptions = {}): Tensor {
  checkOptions<BceOptions>("bceWithLogits", options, { ...lossRules, positiveWeight: anything });
  const { positiveWeight } = options;
  return positiveWeight === undefined
    ? computeLoss("bceWithLogits", bceFormula, [logits, targets], options)
    : computeLoss("bceWithLogits", weightedBceFormula, [logits, targets, positiveWeight], options);
}

/**
 * The cross-entropy between probabilities and targets in [0, 1]; a logarithm counts as at least -100. `bceWithLogits` is more
 * exact, and a sigmoid and this loss are the same as it.
 *
 * Shapes: f32 or f16 any, the same -> f32 [], or the same with reduction `none`. Throws ShapeError when they differ, DTypeError
 * for other dtypes, ArgumentError for unknown options. A probability outside of [0, 1] gives NaN.
 *
 * @example bce(tensor([0.5, 1]), tensor([1, 0]), { reduction: "none" }) // [0.6931, 100]
 */
export function bce(probabilities: Tensor, targets: Tensor, options: LossOptions = {}): Tensor {
  checkOptions("bce", options, lossRules);
  return computeLoss("bce", probabilityFormula, [probabilities, targets], options);
}
