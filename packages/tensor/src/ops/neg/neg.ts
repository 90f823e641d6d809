import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import { signedTypes } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = -x. */
export const negOp: Op = {
  name: "neg",
  outputs: (inputs) => unaryOutputs("neg", inputs, signedTypes),
  meaning: { expression: (inputs) => unaryExpression(inputs, e.neg) },
};

/**
 * -x.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32, f16 or i32.
 *
 * @example neg(tensor([1, -2])) // [-1, 2]
 */
export function neg(x: Tensor): Tensor {
  return execute(negOp, [x], {})[0]!;
}
