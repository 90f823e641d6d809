import type { Tensor } from "../../core/tensor.ts";
import type { Value } from "../../expression/expression.ts";
import { buildExpression } from "../../expression/expression.ts";
import { evaluateExpression } from "./fused.ts";

/** One launch of a function of scalars over tensors that broadcast: what gradients are made of. */
export function pointwise(tensors: readonly Tensor[], body: (...values: Value[]) => Value): Tensor {
  const expression = buildExpression({ inputs: tensors.map(({ dtype }) => dtype) }, (values) =>
    body(...values),
  );
  return evaluateExpression(expression, tensors)[0]!;
}
