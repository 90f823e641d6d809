import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { binaryExpression, binaryOutputs } from "../elementwise/binary.ts";

/** y = either a or b. */
export const logicalXorOp: Op = {
  name: "logicalXor",
  outputs: (inputs) => binaryOutputs("logicalXor", inputs, ["bool"]),
  meaning: { expression: (inputs) => binaryExpression(inputs, e.xor) },
};

/**
 * Whether exactly one holds.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are bool.
 *
 * @example logicalXor(tensor([true, false]), tensor([true, true])) // [false, true]
 */
export function logicalXor(a: Tensor, b: Tensor): Tensor {
  return execute(logicalXorOp, [a, b], {})[0]!;
}
