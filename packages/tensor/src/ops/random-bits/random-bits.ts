import { checkOptions } from "../../checks/check.ts";
import type { Op } from "../../core/op.ts";
import type { Shape } from "../../core/spec.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { DrawAttributes, RandomOptions } from "../../random/draw.ts";
import { draw, drawExpression, drawOutputs, randomRules } from "../../random/draw.ts";

/** The element at index i is the first word of Threefry-2x32 of (i, 0) under the key (seed, stream). */
export const randomBitsOp: Op<DrawAttributes> = {
  name: "randomBits",
  outputs: (_inputs, attrs) => drawOutputs(attrs, "u32"),
  meaning: { expression: () => drawExpression("u32", ([bits]) => bits) },
};

/**
 * 32 random bits an element, as u32: the same on every backend, and the same as `threefry` gives on the host.
 *
 * Shapes: -> shape. Throws ArgumentError for an impossible shape or key.
 *
 * @example randomBits([4], { seed: 42, stream: 0 })
 */
export function randomBits(shape: Shape, options: RandomOptions): Tensor {
  checkOptions<RandomOptions>("randomBits", options, randomRules);
  return draw(randomBitsOp, shape, options);
}
