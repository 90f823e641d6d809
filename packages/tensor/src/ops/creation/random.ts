import { checkOptions, checkValue } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import { finite, fraction, nonNegative } from "../../checks/rules.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { Shape } from "../../core/spec.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import type { DrawAttributes, RandomOptions } from "../../random/draw.ts";
import { buildDraw, computeDrawOutputs, draw, randomRules } from "../../random/draw.ts";
import { checkLength } from "../../random/host-permutation.ts";
import { unitUniform } from "../../random/threefry-expression.ts";
import { argsort } from "../indexing/argsort.ts";

/** The element at index i is the first word of Threefry-2x32 of (i, 0) under the key (seed, stream). */
export const randomBitsOp: Op<DrawAttributes> = {
  name: "randomBits",
  outputs: (_inputs, attrs) => computeDrawOutputs(attrs, "u32"),
  meaning: { expression: () => buildDraw("u32", ([bits]) => bits) },
};

/**
 * 32 random bits for each element, as u32. They are the same on every backend and equal to those of `threefry` on the host.
 *
 * Shapes: -> shape. Throws ArgumentError for an impossible shape or key.
 *
 * @example randomBits([4], { seed: 42 })
 */
export function randomBits(shape: Shape, options: RandomOptions = {}): Tensor {
  checkOptions<RandomOptions>("randomBits", options, randomRules);
  return draw(randomBitsOp, shape, options);
}

/** low + u (high - low), where u is the top 24 random bits times 2^-24. */
export const uniformOp: Op<DrawAttributes> = {
  name: "uniform",
  outputs: (_inputs, attrs) => computeDrawOutputs(attrs, "f32"),
  meaning: {
    expression: () =>
      buildDraw("f32", ([bits], low, width) => e.add(low!, e.mul(unitUniform(bits), width!)), ["f32", "f32"]),
  },
};

/**
 * Uniformly distributed random numbers in [low, high), as f32. In [0, 1) they are multiples of 2^-24 and have the same bits
 * on every backend; in other intervals they are rounded, so `high` itself may occur.
 *
 * Shapes: -> shape. Throws ArgumentError for an impossible shape or key, or unless low <= high and both are finite.
 *
 * @param options.low default 0
 * @param options.high default 1
 * @example uniform([64, 3, 3, 3], { low: -0.1, high: 0.1, seed: 42 })
 */
export function uniform(
  shape: Shape,
  options: RandomOptions & { readonly low?: number; readonly high?: number } = {},
): Tensor {
  checkOptions<typeof options>("uniform", options, { ...randomRules, low: finite, high: finite });
  const { low = 0, high = 1 } = options;
  if (!(low <= high && Number.isFinite(high - low))) {
    throw new ArgumentError(`uniform: found low ${low} and high ${high}, expected finite low <= high`);
  }
  return draw(uniformOp, shape, options, [low, high - low]);
}

/** Box and Muller 1958: sqrt(-2 log u) cos(2 pi v) with u in (0, 1], v in [0, 1). |z| is below 5.8. */
function standardNormal([first, second]: [Value, Value]): Value {
  const radius = e.sqrt(e.mul(-2, e.log(e.add(unitUniform(first), 2 ** -24))));
  return e.mul(radius, e.cos(e.mul(2 * Math.PI, unitUniform(second))));
}

/** mean + deviation z, where z is standard normal. */
export const normalOp: Op<DrawAttributes> = {
  name: "normal",
  outputs: (_inputs, attrs) => computeDrawOutputs(attrs, "f32"),
  meaning: {
    expression: () =>
      buildDraw("f32", (words, mean, deviation) => e.add(mean!, e.mul(deviation!, standardNormal(words))), [
        "f32",
        "f32",
      ]),
  },
};

/**
 * Normally distributed random numbers, as f32. Backends agree within the accuracy of their logarithm and cosine.
 *
 * Shapes: -> shape. Throws ArgumentError for an impossible shape or key, or a negative deviation.
 *
 * @param options.mean default 0
 * @param options.deviation the standard deviation, default 1
 * @example normal([256, 784], { deviation: 0.05, seed: 42 })
 */
export function normal(
  shape: Shape,
  options: RandomOptions & { readonly mean?: number; readonly deviation?: number } = {},
): Tensor {
  checkOptions<typeof options>("normal", options, { ...randomRules, mean: finite, deviation: nonNegative });
  const { mean = 0, deviation = 1 } = options;
  return draw(normalOp, shape, options, [mean, deviation]);
}

/** Whether the top 24 random bits are below the threshold: exactly where `uniform` < threshold 2^-24. */
export const bernoulliOp: Op<DrawAttributes> = {
  name: "bernoulli",
  outputs: (_inputs, attrs) => computeDrawOutputs(attrs, "bool"),
  meaning: {
    expression: () =>
      buildDraw("bool", ([bits], threshold) => e.less(e.shiftRight(bits, 8), threshold!), ["u32"]),
  },
};

/**
 * true with the given probability (to within 2^-24), as bool. Values are the same on every backend, never true for 0
 * and always true for 1.
 *
 * Shapes: -> shape. Throws ArgumentError for an impossible shape or key, or a probability outside of [0, 1].
 *
 * @example where(bernoulli(x.shape, 0.9, { seed: 42, stream: step }), div(x, 0.9), 0) // dropout
 */
export function bernoulli(shape: Shape, probability: number, options: RandomOptions = {}): Tensor {
  checkOptions<RandomOptions>("bernoulli", options, randomRules);
  checkValue("bernoulli: probability", probability, fraction);
  return draw(bernoulliOp, shape, options, [Math.ceil(probability * 2 ** 24)]);
}

/**
 * A random permutation of 0 ... length - 1, as i32: the indices that sort as many random words. It is the same on every
 * backend, and equal to that of `drawPermutation` on the host.
 *
 * Shapes: -> [length]. Throws ArgumentError unless length is an integer in [0, 2^31), or for an impossible key.
 *
 * @example randomPermutation(60_000, { seed: 42, stream: epoch })
 */
export function randomPermutation(length: number, options: RandomOptions = {}): Tensor {
  checkLength("randomPermutation", length);
  return scope(() => argsort(randomBits([length], options)));
}
