import type { Tensor } from "../../../core/memory/tensor.ts";
import { getWiderType, isFloat } from "../../../expression/dtype.ts";
import type { Value } from "../../../expression/expression.ts";
import { buildExpression } from "../../../expression/expression.ts";
import { evaluateExpression } from "./fused.ts";

/**
 * Evaluates a function of scalars over tensors that broadcast, in one launch. Gradients consist of such launches. A
 * float result has the dtype of the floats among the tensors, if they agree.
 */
export function pointwise(tensors: readonly Tensor[], body: (...values: Value[]) => Value): Tensor {
  const inputs = tensors.map(({ dtype }) => dtype);
  const floats = new Set(inputs.filter(isFloat));
  const [stored] = floats;
  let expression = buildExpression({ inputs }, (values) => body(...values));
  const isNarrow = floats.size === 1 && getWiderType(stored!) !== stored;
  if (isNarrow && isFloat(expression.outputs[0]!.dtype)) {
    expression = buildExpression({ inputs, outputs: [stored!] }, (values) => body(...values));
  }
  return evaluateExpression(expression, tensors)[0]!;
}
