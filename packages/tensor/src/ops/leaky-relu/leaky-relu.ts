import { checkOptions } from "../../checks/check.ts";
import { finite } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

/** y = x for x > 0, else slope x; the slope is the scalar of the call. */
export const leakyReluOp: Op = {
  name: "leakyRelu",
  outputs: (inputs) => unaryOutputs("leakyRelu", inputs),
  meaning: {
    expression: (inputs) =>
      unaryExpression(inputs, (x, slope) => e.select(e.greater(x, 0), x, e.mul(x, slope!)), { scalars: 1 }),
  },
};

/**
 * x where it is positive, x * negativeSlope elsewhere.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @param options.negativeSlope default 0.01 (Maas et al. 2013)
 * @example leakyRelu(tensor([-1, 2]), { negativeSlope: 0.1 }) // [-0.1, 2]
 */
export function leakyRelu(x: Tensor, options: { readonly negativeSlope?: number } = {}): Tensor {
  checkOptions<typeof options>("leakyRelu", options, { negativeSlope: finite });
  const { negativeSlope = 0.01 } = options;
  return execute(leakyReluOp, [x], {}, { scalars: [negativeSlope] })[0]!;
}
