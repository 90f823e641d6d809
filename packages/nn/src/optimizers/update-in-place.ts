import type { Expression, Tensor } from "@evenkeel/tensor";
import { evaluateExpression, keep, scope } from "@evenkeel/tensor";

/** A tensor of the result of an expression, in the memory of its first operand, which is disposed; the caller owns it. */
export function updateInPlace(
  expression: Expression,
  operands: readonly [Tensor, ...Tensor[]],
  scalars: readonly number[] = [],
): Tensor {
  const result = scope(() => keep(evaluateExpression(expression, operands, { donate: [0], scalars })[0]!));
  operands[0].dispose();
  return result;
}
