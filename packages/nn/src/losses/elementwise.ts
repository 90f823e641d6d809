import type { DType, Expression, Tensor, Value } from "@evenkeel/tensor";
import {
  broadcastShapes,
  buildExpression,
  DTypeError,
  e,
  evaluateExpression,
  floatTypes,
  formatShape,
  formatSpec,
  isFloat,
  isSameShape,
  ShapeError,
  scope,
} from "@evenkeel/tensor";
import { anything, checkOptions, checkTensors, nonNegative } from "@evenkeel/tensor/checks";
import type { LossOptions } from "./reduction.ts";
import { lossRules, reduceLoss } from "./reduction.ts";

interface Formula {
  /** Names of the inputs; the first two must have one shape. */
  readonly inputs: readonly string[];
  readonly scalars: number;
  loss(inputs: readonly Value[], scalars: readonly Value[]): Value;
}

/** log(1 + exp(-|x|)), which never overflows; -|x| is written so that its slope at 0 is 1, which makes sums with it smooth. */
const softplusOfMinusAbs = (x: Value): Value => e.log1p(e.exp(e.select(e.greater(x, 0), e.neg(x), x)));

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

/** max(x, 0) - x t + log(1 + exp(-|x|)). */
const bceFormula: Formula = {
  inputs: ["logits", "targets"],
  scalars: 0,
  loss: ([x, t]) => e.add(e.sub(e.select(e.greater(x!, 0), x!, 0), e.mul(x!, t!)), softplusOfMinusAbs(x!)),
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

const expressions = new Map<string, Expression>();

/** The losses in f32 of inputs that are stored in these dtypes. */
function buildLoss(operation: string, formula: Formula, inputs: readonly DType[]): Expression {
  const key = `${operation} ${inputs.join()}`;
  let expression = expressions.get(key);
  if (expression === undefined) {
    const scalars = new Array<"f32">(formula.scalars).fill("f32");
    expression = buildExpression({ inputs, scalars }, (values, numbers) => formula.loss(values, numbers));
    expressions.set(key, expression);
  }
  return expression;
}

function computeLoss(
  operation: string,
  formula: Formula,
  inputs: readonly Tensor[],
  { reduction }: LossOptions,
  scalars: readonly number[] = [],
): Tensor {
  checkTensors(operation, ...inputs);
  const [a, b] = inputs as [Tensor, Tensor];
  if (!isSameShape(a.shape, b.shape)) {
    throw new ShapeError(
      `${operation}: found ${formula.inputs[0]} ${formatShape(a.shape)} and ${formula.inputs[1]} ${formatShape(b.shape)}, expected one shape${a.size === b.size ? ": reshape one of them" : ""}`,
    );
  }
  for (const [index, input] of inputs.entries()) checkInput(operation, formula.inputs[index]!, input, a);
  const dtypes = inputs.map(({ dtype }) => dtype);
  return scope(() =>
    reduceLoss(evaluateExpression(buildLoss(operation, formula, dtypes), inputs, { scalars })[0]!, reduction),
  );
}

/** Throws unless the input is a float and broadcasts to the shape of the prediction. */
function checkInput(operation: string, name: string, input: Tensor, { shape }: Tensor): void {
  if (!isFloat(input.dtype)) {
    throw new DTypeError(
      `${operation}: ${name}: found ${formatSpec(input)}, expected ${floatTypes.join(" or ")}: use cast`,
    );
  }
  if (!isSameShape(broadcastShapes([shape, input.shape], operation), shape)) {
    throw new ShapeError(
      `${operation}: ${name}: found ${formatShape(input.shape)}, expected one that broadcasts to ${formatShape(shape)}`,
    );
  }
}

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
  const { beta = 1, reduction } = options;
  if (beta === 0) return l1(prediction, target, { reduction });
  return computeLoss("smoothL1", smoothL1Formula, [prediction, target], options, [beta]);
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
