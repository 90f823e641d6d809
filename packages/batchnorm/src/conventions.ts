import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, mul } from "@evenkeel/tensor";
import type { Rule, Rules } from "@evenkeel/tensor/checks";
import { checkOptions, checkValue, fraction, oneOf, positiveInteger } from "@evenkeel/tensor/checks";

/** How a system keeps running statistics, and its defaults. */
export interface Convention {
  /** Whether the running variance averages M2 / count or M2 / (count - 1). */
  readonly runningVariance: "biased" | "unbiased";
  /** Whether momentum is the weight of the new statistics or of the old ones. */
  readonly momentumOf: "new" | "old";
  readonly momentum: number;
  readonly epsilon: number;
}

export type System = "evenkeel" | "pytorch" | "keras" | "flax" | "onnx" | "burn";

/**
 * Our convention is PyTorch's, which MLX and tinygrad share. `keras` stands for Keras 3 and tfjs layers, `onnx` for
 * opset 15.
 */
export const conventions: { readonly [Name in System]: Convention } = {
  evenkeel: { runningVariance: "unbiased", momentumOf: "new", momentum: 0.1, epsilon: 1e-5 },
  pytorch: { runningVariance: "unbiased", momentumOf: "new", momentum: 0.1, epsilon: 1e-5 },
  keras: { runningVariance: "biased", momentumOf: "old", momentum: 0.99, epsilon: 1e-3 },
  flax: { runningVariance: "biased", momentumOf: "old", momentum: 0.99, epsilon: 1e-5 },
  onnx: { runningVariance: "biased", momentumOf: "old", momentum: 0.9, epsilon: 1e-5 },
  burn: { runningVariance: "biased", momentumOf: "new", momentum: 0.1, epsilon: 1e-5 },
};

export interface Conversion {
  /** Default: evenkeel. */
  readonly from?: System;
  /** Default: evenkeel. */
  readonly to?: System;
}

const system: Rule = /* @__PURE__ */ oneOf(.../* @__PURE__ */ Object.keys(conventions));

const conversionRules: Rules<Conversion> = { from: system, to: system };

/**
 * Converts a momentum to the convention of another system: the weight of the new statistics or of the old ones.
 *
 * Throws ArgumentError for an unknown system, or unless momentum is from 0 to 1.
 *
 * @example convertMomentum(0.99, { from: "keras" }) // 0.01
 */
export function convertMomentum(momentum: number, conversion: Conversion): number {
  checkOptions("convertMomentum", conversion, conversionRules);
  const { from = "evenkeel", to = "evenkeel" } = conversion;
  checkValue("convertMomentum: momentum", momentum, fraction);
  const isSame = conventions[from].momentumOf === conventions[to].momentumOf;
  return isSame ? momentum : 1 - momentum;
}

/**
 * The factor that converts a running variance of one system for another: M / (M - 1) from biased to unbiased, for
 * batches of M values per channel.
 *
 * Throws ArgumentError for an unknown system, and if the factor depends on M and M is not given. A file of weights
 * does not say what M was; without the conversion the variance is off by a factor of M / (M - 1).
 *
 * @param options.valuesPerChannel M: batch size times the size of a plane, at least 2
 * @example computeRunningVarianceFactor({ from: "onnx", valuesPerChannel: 128 }) // 128 / 127
 */
export function computeRunningVarianceFactor(
  options: Conversion & { readonly valuesPerChannel?: number },
): number {
  checkOptions("computeRunningVarianceFactor", options, {
    ...conversionRules,
    valuesPerChannel: positiveInteger,
  });
  const { from = "evenkeel", to = "evenkeel", valuesPerChannel: values } = options;
  const source = conventions[from].runningVariance;
  const target = conventions[to].runningVariance;
  if (source === target) return 1;
  if (values === undefined || values < 2) {
    throw new ArgumentError(
      `computeRunningVarianceFactor: valuesPerChannel: found ${values ?? "none"}, expected the values per channel of the batches it was learned on, at least 2: ${from} keeps the ${source} variance, ${to} the ${target} one`,
    );
  }
  return target === "unbiased" ? values / (values - 1) : (values - 1) / values;
}

/**
 * Converts a running variance to the convention of another system, by `computeRunningVarianceFactor`. Throws what that
 * throws.
 *
 * Shapes: [C] -> [C].
 *
 * @example convertRunningVariance(movingVariance, { from: "keras", valuesPerChannel: 32 * 28 * 28 })
 */
export function convertRunningVariance(
  variance: Tensor,
  options: Conversion & { readonly valuesPerChannel?: number },
): Tensor {
  return mul(variance, computeRunningVarianceFactor(options));
}
