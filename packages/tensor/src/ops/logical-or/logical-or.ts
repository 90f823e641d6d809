import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { binaryExpression, binaryOutputs } from "../elementwise/binary.ts";

/** y = a or b. */
export const logicalOrOp: Op = {
  name: "logicalOr",
  outputs: (inputs) => binaryOutputs("logicalOr", inputs, ["bool"]),
  meaning: { expression: (inputs) => binaryExpression(inputs, e.or) },
};

/**
 * Whether at least one holds.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are bool.
 *
 * @example logicalOr(tensor([true, false]), tensor([false, false])) // [true, false]
 */
export function logicalOr(a: Tensor, b: Tensor): Tensor {
  return execute(logicalOrOp, [a, b], {})[0]!;
}
