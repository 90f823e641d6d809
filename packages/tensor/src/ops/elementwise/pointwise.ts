import type { Tensor } from "../../core/tensor.ts";
import type { Value } from "../../expression/expression.ts";
import { buildExpression } from "../../expression/expression.ts";
import { evaluateExpression } from "./fused.ts";

/**
 * One launch of a function of scalars over tensors that broadcast: what gradients are made of. A float is stored in f16 where all
 * floats among them are.
 */
export function pointwise(tensors: readonly Tensor[], body: (...values: Value[]) => Value): Tensor {
  const inputs = tensors.map(({ dtype }) => dtype);
  const isHalf = inputs.includes("f16") && !inputs.includes("f32");
  let expression = buildExpression({ inputs }, (values) => body(...values));
  if (isHalf && expression.outputs[0]!.dtype === "f32") {
    expression = buildExpression({ inputs, outputs: ["f16"] }, (values) => body(...values));
  }
  return evaluateExpression(expression, tensors)[0]!;
}
