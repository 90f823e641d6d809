import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = e^x - 1. */
export const expm1Op: Op = {
  name: "expm1",
  outputs: (inputs) => unaryOutputs("expm1", inputs),
  meaning: { expression: (inputs) => unaryExpression(inputs, e.expm1) },
};

/**
 * exp(x) - 1 without cancellation near 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example expm1(tensor([1e-6])) // [1.0000005e-6]
 */
export function expm1(x: Tensor): Tensor {
  return execute(expm1Op, [x], {})[0]!;
}
