import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = erf x. */
export const erfOp: Op = {
  name: "erf",
  outputs: (inputs) => unaryOutputs("erf", inputs),
  meaning: { expression: (inputs) => unaryExpression(inputs, e.erf) },
};

/**
 * The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example erf(tensor([0, 1])) // [0, 0.8427]
 */
export function erf(x: Tensor): Tensor {
  return execute(erfOp, [x], {})[0]!;
}
