import type { DType, Expression, Tensor, Value } from "@evenkeel/tensor";
import {
  broadcastShapes,
  buildExpression,
  DTypeError,
  evaluateExpression,
  floatTypes,
  formatShape,
  formatSpec,
  isFloat,
  isSameShape,
  ShapeError,
  scope,
} from "@evenkeel/tensor";
import { checkTensors } from "@evenkeel/tensor/checks";
import { checkMask, hideMasked } from "./mask.ts";
import type { LossOptions } from "./reduction.ts";
import { reduceLoss } from "./reduction.ts";

/** A loss of single elements. */
export interface Formula {
  /** Names of the inputs; the first two must have one shape. */
  readonly inputs: readonly [string, string, ...string[]];
  readonly scalars: number;
  loss(inputs: readonly Value[], scalars: readonly Value[]): Value;
}

const expressions = new Map<Formula, Map<string, Expression>>();

/** The losses in f32 of inputs that are stored in these dtypes. */
function buildLoss(formula: Formula, inputs: readonly DType[]): Expression {
  const key = inputs.join();
  const known = expressions.get(formula) ?? new Map<string, Expression>();
  expressions.set(formula, known);
  let expression = known.get(key);
  if (expression === undefined) {
    const scalars = new Array<"f32">(formula.scalars).fill("f32");
    expression = buildExpression({ inputs, scalars }, (values, numbers) => formula.loss(values, numbers));
    known.set(key, expression);
  }
  return expression;
}

/** Evaluates a formula in one launch, and reduces the losses. */
export function computeLoss(
  operation: string,
  formula: Formula,
  inputs: readonly Tensor[],
  options: LossOptions,
  scalars: readonly number[] = [],
): Tensor {
  return scope(() => {
    const { mask } = options;
    if (mask !== undefined) {
      checkTensors(operation, ...inputs);
      checkMask(operation, mask, inputs[0]!);
    }
    const isWhole = (input: Tensor): boolean => isSameShape(input.shape, inputs[0]!.shape);
    const counted = inputs.map((input) =>
      mask !== undefined && isWhole(input) && isFloat(input.dtype) ? hideMasked(input, mask) : input,
    );
    return reduceLoss(operation, computeLosses(operation, formula, counted, scalars), options);
  });
}

/** The losses before their reduction. */
export function computeLosses(
  operation: string,
  formula: Formula,
  inputs: readonly Tensor[],
  scalars: readonly number[] = [],
): Tensor {
  checkTensors(operation, ...inputs);
  const [a, b] = inputs as [Tensor, Tensor];
  checkSameShape(operation, formula.inputs, a, b);
  for (const [index, input] of inputs.entries()) checkInput(operation, formula.inputs[index]!, input, a);
  const dtypes = inputs.map(({ dtype }) => dtype);
  return evaluateExpression(buildLoss(formula, dtypes), inputs, { scalars })[0]!;
}

/** Throws ShapeError unless both have one shape. */
export function checkSameShape(
  operation: string,
  names: readonly [string, string, ...string[]],
  a: Tensor,
  b: Tensor,
): void {
  if (isSameShape(a.shape, b.shape)) return;
  throw new ShapeError(
    `${operation}: found ${names[0]} ${formatShape(a.shape)} and ${names[1]} ${formatShape(b.shape)}, expected one shape${a.size === b.size ? ": reshape one of them" : ""}`,
  );
}

/** Throws DTypeError unless the tensor holds floats. */
export function checkFloats(operation: string, name: string, input: Tensor): void {
  if (isFloat(input.dtype)) return;
  throw new DTypeError(
    `${operation}: ${name}: found ${formatSpec(input)}, expected ${floatTypes.join(" or ")}: use cast`,
  );
}

/** Throws unless the input is a float and broadcasts to the shape of the prediction. */
function checkInput(operation: string, name: string, input: Tensor, { shape }: Tensor): void {
  checkFloats(operation, name, input);
  if (!isSameShape(broadcastShapes([shape, input.shape], operation), shape)) {
    throw new ShapeError(
      `${operation}: ${name}: found ${formatShape(input.shape)}, expected one that broadcasts to ${formatShape(shape)}`,
    );
  }
}
