import { checkDType } from "../../../core/check-dtype.ts";
import type { Spec } from "../../../core/spec.ts";
import type { DType } from "../../../expression/dtype.ts";
import { getComputeType } from "../../../expression/dtype.ts";
import { floatTypes } from "../../../expression/dtype-kinds.ts";
import type { Expression, Value } from "../../../expression/expression.ts";
import { buildExpression } from "../../../expression/expression.ts";

type Specs = readonly (Spec | undefined)[];

/** The spec of the only input, whose dtype must be among the accepted ones. */
export function computeUnaryOutputs(
  operation: string,
  [x]: Specs,
  accepted: readonly DType[] = floatTypes,
): Spec[] {
  checkDType(operation, "x", x!, ...accepted);
  return [{ shape: x!.shape, dtype: x!.dtype }];
}

/** The expression of a function of one input. `scalars` are numbers of the call that have the input's type. */
export function buildUnary(
  [x]: Specs,
  body: (x: Value, ...scalars: Value[]) => Value,
  options: { readonly scalars?: number; readonly output?: DType } = {},
): Expression {
  const { dtype } = x!;
  return buildExpression(
    {
      inputs: [dtype],
      scalars: new Array(options.scalars ?? 0).fill(getComputeType(dtype)),
      outputs: [options.output ?? dtype],
    },
    ([value], scalars) => body(value!, ...scalars),
  );
}
