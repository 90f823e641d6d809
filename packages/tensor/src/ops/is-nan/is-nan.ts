import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = whether x is NaN. */
export const isNanOp: Op = {
  name: "isNan",
  outputs: (inputs) => unaryOutputs("isNan", inputs).map(({ shape }) => ({ shape, dtype: "bool" })),
  meaning: { expression: (inputs) => unaryExpression(inputs, e.isNan, { output: "bool" }) },
};

/**
 * Whether x is not a number, as bool.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example isNan(tensor([1, Number.NaN])) // [false, true]
 */
export function isNan(x: Tensor): Tensor {
  return execute(isNanOp, [x], {})[0]!;
}
