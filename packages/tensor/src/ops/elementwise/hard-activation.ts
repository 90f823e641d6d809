import { checkOptions } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import { comparable } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { buildUnary, computeUnaryOutputs } from "./operands/unary.ts";

const buildHardtanh = (x: Value, low: Value, high: Value): Value =>
  e.select(e.lessEqual(x, low), low, e.select(e.greaterEqual(x, high), high, x));

/** y = x between low and high, otherwise the nearer of the two; both are scalars of the call. */
export const hardtanhOp: Op = {
  name: "hardtanh",
  outputs: (inputs) => computeUnaryOutputs("hardtanh", inputs),
  meaning: {
    expression: (inputs) =>
      buildUnary(inputs, (x, low, high) => buildHardtanh(x, low!, high!), { scalars: 2 }),
  },
};

/**
 * x limited to the range between two bounds. Unlike that of `clamp`, the gradient is 0 at the bounds themselves, as in PyTorch.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16, ArgumentError unless both bounds are numbers and min < max.
 *
 * @param options.min default -1
 * @param options.max default 1
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

/**
 * max(x, 0), but at most 6 (Howard et al. 2017). The gradient is 0 at both bounds, as in PyTorch.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example relu6(tensor([-1, 2, 8])) // [0, 2, 6]
 */
export function relu6(x: Tensor): Tensor {
  return execute(hardtanhOp, [x], {}, { scalars: [0, 6] })[0]!;
}

/** x / 6 + 1/2 between -3 and 3, otherwise 0 or 1. */
function buildHardsigmoid(x: Value): Value {
  return e.select(e.lessEqual(x, -3), 0, e.select(e.greaterEqual(x, 3), 1, e.add(e.div(x, 6), 0.5)));
}

/** y = min(max(x + 3, 0), 6) / 6. */
export const hardsigmoidOp: Op = {
  name: "hardsigmoid",
  outputs: (inputs) => computeUnaryOutputs("hardsigmoid", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, buildHardsigmoid) },
};

/**
 * A sigmoid of three straight lines: relu6(x + 3) / 6. The gradient is 0 at both bends, as in PyTorch.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example hardsigmoid(tensor([-4, 0, 1.5])) // [0, 0.5, 0.75]
 */
export function hardsigmoid(x: Tensor): Tensor {
  return execute(hardsigmoidOp, [x], {})[0]!;
}

/** The parabola gets no x beyond its ends, where an overflow would make the gradient 0 * Infinity. */
function buildHardswish(x: Value): Value {
  const [isLow, isHigh] = [e.lessEqual(x, -3), e.greaterEqual(x, 3)];
  const inside = e.select(isLow, 0, e.select(isHigh, 0, x));
  const parabola = e.mul(inside, e.add(e.div(inside, 6), 0.5));
  return e.select(isLow, 0, e.select(isHigh, x, parabola));
}

/** y = x min(max(x + 3, 0), 6) / 6. */
export const hardswishOp: Op = {
  name: "hardswish",
  outputs: (inputs) => computeUnaryOutputs("hardswish", inputs),
  meaning: { expression: (inputs) => buildUnary(inputs, buildHardswish) },
};

/**
 * x * hardsigmoid(x) (Howard et al. 2019, MobileNetV3). At -3 and 3 the gradient is that of the straight
 * lines, 0 and 1.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16.
 *
 * @example hardswish(tensor([-4, 1, 5])) // [0, 0.6667, 5]
 */
export function hardswish(x: Tensor): Tensor {
  return execute(hardswishOp, [x], {})[0]!;
}
