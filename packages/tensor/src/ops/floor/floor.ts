import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = the largest whole number <= x. */
export const floorOp: Op = {
  name: "floor",
  outputs: (inputs) => unaryOutputs("floor", inputs),
  meaning: { expression: (inputs) => unaryExpression(inputs, e.floor) },
};

/**
 * The largest whole number that is not above x. The gradient is 0.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example floor(tensor([1.5, -1.5])) // [1, -2]
 */
export function floor(x: Tensor): Tensor {
  return execute(floorOp, [x], {})[0]!;
}
