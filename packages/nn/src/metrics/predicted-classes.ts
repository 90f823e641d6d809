import type { DType, Expression, Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  argmax,
  buildExpression,
  cast,
  DTypeError,
  e,
  evaluateExpression,
  formatShape,
  formatSpec,
  indexType,
  isFloat,
  isSameShape,
  normalizeAxis,
  ShapeError,
} from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import { anyNumber, integer, positiveInteger } from "@evenkeel/tensor/checks";
import { checkLabels } from "../losses/host-integers.ts";
import { ignoredByDefault } from "../losses/reduction.ts";

/** How metrics of classes read outputs and labels. */
export interface ClassMetricOptions {
  /** Samples with this label do not count; default -100. */
  readonly ignoreIndex?: number;
  /** The axis of the classes in the outputs. Default: the second, as for `crossEntropy`, or the last where only that fits the labels. */
  readonly axis?: number;
  /** An output of the shape of the labels means class 1 if it is larger; default 0, as for logits; 0.5 for probabilities. */
  readonly threshold?: number;
  /** The number of classes, where the outputs are classes themselves, i32. */
  readonly classes?: number;
}

export const classMetricRules: Rules<ClassMetricOptions> = {
  ignoreIndex: integer,
  axis: integer,
  threshold: anyNumber,
  classes: positiveInteger,
};

/** Classes, i32, of one shape. */
export interface ClassPairs {
  readonly predicted: Tensor;
  readonly labels: Tensor;
  readonly classes: number;
}

const exceeds = new Map<DType, Expression>();

/** 1 where an output is above the threshold, else 0. */
function isAbove(outputs: Tensor, threshold: number): Tensor {
  let expression = exceeds.get(outputs.dtype);
  if (expression === undefined) {
    expression = buildExpression({ inputs: [outputs.dtype], scalars: ["f32"] }, ([x], [least]) =>
      e.cast(e.greater(x!, least!), indexType),
    );
    exceeds.set(outputs.dtype, expression);
  }
  return evaluateExpression(expression, [outputs], { scalars: [threshold] })[0]!;
}

/**
 * The predicted and the right classes: outputs are logits with an axis of classes, or numbers of the shape of the labels, of which
 * those above the threshold mean class 1, or classes.
 */
export function matchClasses(
  operation: string,
  outputs: Tensor,
  labels: Tensor,
  options: ClassMetricOptions,
): ClassPairs {
  const { ignoreIndex = ignoredByDefault, threshold = 0, classes } = options;
  const isOne = isSameShape(outputs.shape, labels.shape);
  if (!isFloat(outputs.dtype)) {
    checkClasses(operation, outputs, labels, classes);
    checkLabels(operation, labels, classes!, ignoreIndex);
    return { predicted: outputs, labels, classes: classes! };
  }
  if (isOne) {
    if (!isFloat(labels.dtype)) checkLabels(operation, labels, 2, ignoreIndex);
    return { predicted: isAbove(outputs, threshold), labels: cast(labels, indexType), classes: 2 };
  }
  const axis = findAxis(operation, outputs, labels, options.axis);
  checkLabels(operation, labels, outputs.shape[axis]!, ignoreIndex);
  return { predicted: argmax(outputs, { axis }), labels, classes: outputs.shape[axis]! };
}

/** The axis of at least two classes, for labels of the other axes: by default the second one, else the last. */
export function findAxis(operation: string, outputs: Tensor, labels: Tensor, axis?: number): number {
  const { rank, shape } = outputs;
  const given = axis === undefined ? [1, -1] : [axis];
  const candidates = rank < 2 ? [0] : given.map((one) => normalizeAxis(one, rank, operation));
  const found = candidates.find(
    (one) => rank > 0 && shape[one]! > 1 && isSameShape(labels.shape, shape.toSpliced(one, 1)),
  );
  if (found !== undefined) return found;
  const expected =
    axis === undefined || candidates[0] === rank - 1
      ? "[..., classes] and [...], or [n, classes, ...] and [n, ...], of at least two classes"
      : `labels without axis ${candidates[0]}, of at least two classes`;
  throw new ShapeError(
    `${operation}: found logits ${formatShape(shape)} and labels ${formatShape(labels.shape)}, expected ${expected}`,
  );
}

function checkClasses(operation: string, outputs: Tensor, labels: Tensor, classes: number | undefined): void {
  if (outputs.dtype !== indexType) {
    throw new DTypeError(
      `${operation}: outputs: found ${formatSpec(outputs)}, expected f32 or f16 logits, or ${indexType} classes`,
    );
  }
  if (!isSameShape(outputs.shape, labels.shape)) {
    throw new ShapeError(
      `${operation}: found classes ${formatShape(outputs.shape)} and labels ${formatShape(labels.shape)}, expected one shape`,
    );
  }
  if (classes === undefined) {
    throw new ArgumentError(
      `${operation}: classes: found undefined, expected their number: the outputs are classes`,
    );
  }
}
