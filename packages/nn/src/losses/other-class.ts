import type { Expression, Tensor } from "@evenkeel/tensor";
import { buildExpression, e, evaluateExpression, indexType } from "@evenkeel/tensor";

let difference: Expression | undefined;

/** 0 where a tensor of labels has this one, 1 elsewhere, as f32 and in one launch. */
export function isOtherClass(labels: Tensor, label: number): Tensor {
  difference ??= buildExpression({ inputs: [indexType], scalars: [indexType] }, ([x], [ignored]) =>
    e.cast(e.notEqual(x!, ignored!), "f32"),
  );
  return evaluateExpression(difference, [labels], { scalars: [label] })[0]!;
}
