import { checkOptions } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import { finite } from "../../checks/rules.ts";
import type { Op } from "../../core/op.ts";
import type { Shape } from "../../core/spec.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import type { DrawAttributes, RandomOptions } from "../../random/draw.ts";
import { draw, drawExpression, drawOutputs, randomRules } from "../../random/draw.ts";
import { unitUniform } from "../../random/threefry-expression.ts";

/** low + u (high - low), where u is the top 24 random bits times 2^-24. */
export const uniformOp: Op<DrawAttributes> = {
  name: "uniform",
  outputs: (_inputs, attrs) => drawOutputs(attrs, "f32"),
  meaning: {
    expression: () =>
      drawExpression("f32", ([bits], low, width) => e.add(low!, e.mul(unitUniform(bits), width!)), [
        "f32",
        "f32",
      ]),
  },
};

/**
 * Random numbers evenly distributed over [low, high), as f32. In [0, 1) they are multiples of 2^-24 and have the same bits
 * on every backend; in other intervals they are rounded, which may reach high.
 *
 * Shapes: -> shape. Throws ArgumentError for an impossible shape or key, or unless low <= high, both finite.
 *
 * @param options.low default 0
 * @param options.high default 1
 * @example uniform([64, 3, 3, 3], { low: -0.1, high: 0.1, seed: 42 })
 */
export function uniform(
  shape: Shape,
  options: RandomOptions & { readonly low?: number; readonly high?: number },
): Tensor {
  checkOptions<typeof options>("uniform", options, { ...randomRules, low: finite, high: finite });
  const { low = 0, high = 1 } = options;
  if (!(low <= high && Number.isFinite(high - low))) {
    throw new ArgumentError(`uniform: found low ${low} and high ${high}, expected finite low <= high`);
  }
  return draw(uniformOp, shape, options, [low, high - low]);
}
