import { checkOptions } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import { comparable } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { unaryExpression, unaryOutputs } from "../elementwise/unary.ts";

const hardtanhOf = (x: Value, low: Value, high: Value): Value =>
  e.select(e.lessEqual(x, low), low, e.select(e.greaterEqual(x, high), high, x));

/** y = x between low and high, else the nearer one; both are the scalars of the call. */
export const hardtanhOp: Op = {
  name: "hardtanh",
  outputs: (inputs) => unaryOutputs("hardtanh", inputs),
  meaning: {
    expression: (inputs) =>
      unaryExpression(inputs, (x, low, high) => hardtanhOf(x, low!, high!), { scalars: 2 }),
  },
};

/**
 * x between two bounds, flat outside of them. Unlike `clamp` the gradient is 0 at the bounds themselves, as in PyTorch.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16, ArgumentError unless min < max, both numbers.
 *
 * @param options.min default -1
 * @param options.max default 1; `{ min: 0, max: 6 }` is ReLU6
 * @example hardtanh(tensor([-3, 0.5, 3])) // [-1, 0.5, 1]
 */
export function hardtanh(x: Tensor, options: { readonly min?: number; readonly max?: number } = {}): Tensor {
  checkOptions<typeof options>("hardtanh", options, { min: comparable, max: comparable });
  const { min = -1, max = 1 } = options;
  if (!(min < max)) {
    throw new ArgumentError(`hardtanh: found min ${min} and max ${max}, expected min < max`);
  }
  return execute(hardtanhOp, [x], {}, { scalars: [min, max] })[0]!;
}
