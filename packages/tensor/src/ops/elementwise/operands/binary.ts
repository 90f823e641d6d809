import { checkValue, describeValue } from "../../../checks/check.ts";
import { ArgumentError, DTypeError } from "../../../checks/errors.ts";
import type { Rule } from "../../../checks/rules.ts";
import { anyNumber, aTensor, either } from "../../../checks/rules.ts";
import { checkDType } from "../../../core/check-dtype.ts";
import { execute } from "../../../core/executor.ts";
import type { Tensor } from "../../../core/memory/tensor.ts";
import { isTensor } from "../../../core/memory/tensor.ts";
import type { Op } from "../../../core/op.ts";
import type { Spec } from "../../../core/spec.ts";
import { broadcastShapes, formatSpec } from "../../../core/spec.ts";
import type { DType } from "../../../expression/dtype.ts";
import { getComputeType } from "../../../expression/dtype.ts";
import { arithmeticTypes, checkNumber } from "../../../expression/dtype-kinds.ts";
import type { Expression, Value } from "../../../expression/expression.ts";
import { buildExpression } from "../../../expression/expression.ts";

type Specs = readonly (Spec | undefined)[];

/**
 * An operand of a binary function. A number is passed as a scalar of the launch, so a different number needs no
 * recompilation.
 */
export type TensorOrNumber = Tensor | number;

/** Throws DTypeError unless all inputs that are present have one dtype, among the accepted ones; returns it. */
export function checkCommonDType(operation: string, inputs: Specs, accepted: readonly DType[]): DType {
  const present = inputs.filter((input) => input !== undefined);
  const { dtype } = present[0]!;
  if (present.some((input) => input.dtype !== dtype)) {
    throw new DTypeError(
      `${operation}: found ${present.map(formatSpec).join(" and ")}, expected one dtype: use cast on one of them`,
    );
  }
  checkDType(operation, "operands", present[0]!, ...accepted);
  return dtype;
}

/** The spec of the result of two operands that broadcast and have one dtype; an absent operand is a number. */
export function computeBinaryOutputs(
  operation: string,
  inputs: Specs,
  accepted: readonly DType[] = arithmeticTypes,
  output?: DType,
): Spec[] {
  const dtype = checkCommonDType(operation, inputs, accepted);
  const shapes = inputs.flatMap((input) => (input === undefined ? [] : [input.shape]));
  return [{ shape: broadcastShapes(shapes, operation), dtype: output ?? dtype }];
}

/** The expression of a binary function; the scalar of the call takes the place of an absent input. */
export function buildBinary(inputs: Specs, body: (a: Value, b: Value) => Value, output?: DType): Expression {
  const present = inputs.flatMap((input) => (input === undefined ? [] : [input.dtype]));
  const dtype = present[0]!;
  return buildExpression(
    {
      inputs: present,
      scalars: present.length === inputs.length ? [] : [getComputeType(dtype)],
      outputs: [output ?? dtype],
    },
    (values, scalars) => {
      const [a, b] = inputs.map((input) => (input === undefined ? scalars : values).shift()!);
      return body(a!, b!);
    },
  );
}

export const tensorOrNumber: Rule = /* @__PURE__ */ either(aTensor, anyNumber);

/** Calls an op of two operands, one of which may be a number. */
export function callBinary(op: Op, a: TensorOrNumber, b: TensorOrNumber): Tensor {
  const operands = [a, b];
  const tensor = operands.find(isTensor);
  if (tensor === undefined) {
    throw new ArgumentError(
      `${op.name}: found ${describeValue(a)} and ${describeValue(b)}, expected at least one tensor: tensor(...) makes one`,
    );
  }
  for (const operand of operands) checkValue(op.name, operand, tensorOrNumber);
  const scalars = operands.filter((operand) => typeof operand === "number");
  for (const scalar of scalars) checkNumber(op.name, tensor.dtype, scalar);
  const inputs = operands.map((operand) => (typeof operand === "number" ? undefined : operand));
  return execute(op, inputs, {}, { scalars })[0]!;
}
