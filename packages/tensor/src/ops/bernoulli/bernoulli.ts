import { checkOptions, checkValue } from "../../checks/check.ts";
import { fraction } from "../../checks/rules.ts";
import type { Op } from "../../core/op.ts";
import type { Shape } from "../../core/spec.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import type { DrawAttributes, RandomOptions } from "../../random/draw.ts";
import { draw, drawExpression, drawOutputs, randomRules } from "../../random/draw.ts";

/** Whether the top 24 random bits are below the threshold: exactly where `uniform` < threshold 2^-24. */
export const bernoulliOp: Op<DrawAttributes> = {
  name: "bernoulli",
  outputs: (_inputs, attrs) => drawOutputs(attrs, "bool"),
  meaning: {
    expression: () =>
      drawExpression("bool", ([bits], threshold) => e.less(e.shiftRight(bits, 8), threshold!), ["u32"]),
  },
};

/**
 * true with the given probability (to 2^-24), as bool: the same on every backend. Never true for 0, always for 1.
 *
 * Shapes: -> shape. Throws ArgumentError for an impossible shape or key, or a probability outside of [0, 1].
 *
 * @example where(bernoulli(x.shape, 0.9, { seed: 42, stream: step }), div(x, 0.9), 0) // dropout
 */
export function bernoulli(shape: Shape, probability: number, options: RandomOptions): Tensor {
  checkOptions<RandomOptions>("bernoulli", options, randomRules);
  checkValue("bernoulli: probability", probability, fraction);
  return draw(bernoulliOp, shape, options, [Math.ceil(probability * 2 ** 24)]);
}
