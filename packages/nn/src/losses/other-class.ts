import type { Expression, Tensor } from "@evenkeel/tensor";
import { buildExpression, e, evaluateExpression } from "@evenkeel/tensor";

let difference: Expression | undefined;

/** 0 where an i32 tensor has this label, 1 elsewhere, as f32 and in one launch. */
export function isOtherClass(labels: Tensor, label: number): Tensor {
  difference ??= buildExpression({ inputs: ["i32"], scalars: ["i32"] }, ([x], [ignored]) =>
    e.cast(e.notEqual(x!, ignored!), "f32"),
  );
  return evaluateExpression(difference, [labels], { scalars: [label] })[0]!;
}
