import type { DType, Expression, Tensor } from "@evenkeel/tensor";
import { buildExpression, evaluateExpression } from "@evenkeel/tensor";

const identities = new Map<DType, Expression>();

/** The same values in memory of their own. */
export function copyTensor(source: Tensor): Tensor {
  const { dtype } = source;
  let identity = identities.get(dtype);
  if (identity === undefined) {
    identity = buildExpression({ inputs: [dtype], outputs: [dtype] }, ([x]) => x!);
    identities.set(dtype, identity);
  }
  return evaluateExpression(identity, [source])[0]!;
}
