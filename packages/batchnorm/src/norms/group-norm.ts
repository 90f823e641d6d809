import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, countElements, formatShape, ShapeError, scope } from "@evenkeel/tensor";
import { checkValue, positiveInteger } from "@evenkeel/tensor/checks";
import { checkArgument } from "../operands/layout.ts";
import type { LineNormOptions } from "./line-options.ts";
import { checkLineNorm, runLines } from "./line-options.ts";

/**
 * Group normalization (Wu and He 2018) with PyTorch's semantics: every sample is normalized by the mean and biased variance
 * of each group of its channels, at all positions. One group normalizes all channels together; as many groups as channels
 * make it instance norm.
 *
 * Shapes: x [n, channels, ...], f32 or f16; scale and shift [channels] -> that of x. Throws ArgumentError for a number of groups that
 * does not divide the channels, ShapeError, DTypeError or ArgumentError where the operands do not fit.
 *
 * @example groupNorm(ones([2, 8, 5, 5]), 4, { scale: ones([8]), shift: zeros([8]) }) // -> [2, 8, 5, 5]
 */
export function groupNorm(x: Tensor, groups: number, options: LineNormOptions = {}): Tensor {
  checkLineNorm("groupNorm", x, options);
  checkValue("groupNorm: groups", groups, positiveInteger);
  return scope(() => normalizeGroups("groupNorm", x, groups, options)[0]);
}

/** y, and the statistics [4, n * groups]. */
export function normalizeGroups(
  operation: string,
  x: Tensor,
  groups: number,
  options: LineNormOptions,
): readonly [y: Tensor, statistics: Tensor] {
  const [samples, channels] = x.shape;
  if (samples === undefined || channels === undefined) {
    throw new ShapeError(`${operation}: x: found shape ${formatShape(x.shape)}, expected [n, channels, ...]`);
  }
  if (channels % groups !== 0) {
    throw new ArgumentError(
      `${operation}: groups: found ${groups} for ${channels} channels, expected a divisor of ${channels}`,
    );
  }
  const reason = `x has ${channels} channels`;
  checkArgument(operation, "scale", options.scale, [channels], reason);
  checkArgument(operation, "shift", options.shift, [channels], reason);
  const { epsilon = 1e-5 } = options;
  const inner = countElements(x.shape.slice(2));
  return runLines(x, [samples, groups, channels / groups, inner], options, { epsilon, centered: true });
}
