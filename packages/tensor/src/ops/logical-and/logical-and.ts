import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { binaryExpression, binaryOutputs } from "../elementwise/binary.ts";

/** y = a and b. */
export const logicalAndOp: Op = {
  name: "logicalAnd",
  outputs: (inputs) => binaryOutputs("logicalAnd", inputs, ["bool"]),
  meaning: { expression: (inputs) => binaryExpression(inputs, e.and) },
};

/**
 * Whether both hold.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are bool.
 *
 * @example logicalAnd(tensor([true, false]), tensor([true, true])) // [true, false]
 */
export function logicalAnd(a: Tensor, b: Tensor): Tensor {
  return execute(logicalAndOp, [a, b], {})[0]!;
}
