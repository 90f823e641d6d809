import { checkOptions } from "../../checks/check.ts";
import { finite, nonNegative } from "../../checks/rules.ts";
import type { Op } from "../../core/op.ts";
import type { Shape } from "../../core/spec.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import type { DrawAttributes, RandomOptions } from "../../random/draw.ts";
import { draw, drawExpression, drawOutputs, randomRules } from "../../random/draw.ts";
import { unitUniform } from "../../random/threefry-expression.ts";

/** Box and Muller 1958: sqrt(-2 log u) cos(2 pi v) with u in (0, 1], v in [0, 1). |z| is below 5.8. */
function standardNormal([first, second]: [Value, Value]): Value {
  const radius = e.sqrt(e.mul(-2, e.log(e.add(unitUniform(first), 2 ** -24))));
  return e.mul(radius, e.cos(e.mul(2 * Math.PI, unitUniform(second))));
}

/** mean + deviation z, where z is standard normal. */
export const normalOp: Op<DrawAttributes> = {
  name: "normal",
  outputs: (_inputs, attrs) => drawOutputs(attrs, "f32"),
  meaning: {
    expression: () =>
      drawExpression(
        "f32",
        (words, mean, deviation) => e.add(mean!, e.mul(deviation!, standardNormal(words))),
        ["f32", "f32"],
      ),
  },
};

/**
 * Normally distributed random numbers, as f32. Backends agree within the accuracy of their logarithm and cosine.
 *
 * Shapes: -> shape. Throws ArgumentError for an impossible shape or key, or a deviation that is negative.
 *
 * @param options.mean default 0
 * @param options.deviation the standard deviation, default 1
 * @example normal([256, 784], { deviation: 0.05, seed: 42 })
 */
export function normal(
  shape: Shape,
  options: RandomOptions & { readonly mean?: number; readonly deviation?: number },
): Tensor {
  checkOptions<typeof options>("normal", options, { ...randomRules, mean: finite, deviation: nonNegative });
  const { mean = 0, deviation = 1 } = options;
  return draw(normalOp, shape, options, [mean, deviation]);
}
