import type { Expression, Tensor } from "@evenkeel/tensor";
import { buildExpression, e, evaluateExpression } from "@evenkeel/tensor";

let equality: Expression | undefined;
let difference: Expression | undefined;

/** 1 where both i32 tensors name the same class, else 0, as f32 and in one launch. */
export function isSameClass(a: Tensor, b: Tensor): Tensor {
  equality ??= buildExpression({ inputs: ["i32", "i32"] }, ([x, y]) => e.cast(e.equal(x!, y!), "f32"));
  return evaluateExpression(equality, [a, b])[0]!;
}

/** 0 where an i32 tensor names this class, else 1, as f32 and in one launch. */
export function isOtherClass(labels: Tensor, label: number): Tensor {
  difference ??= buildExpression({ inputs: ["i32"], scalars: ["i32"] }, ([x], [ignored]) =>
    e.cast(e.notEqual(x!, ignored!), "f32"),
  );
  return evaluateExpression(difference, [labels], { scalars: [label] })[0]!;
}
