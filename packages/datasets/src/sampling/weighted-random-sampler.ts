import type { Seed } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";
import type { Rule, Rules } from "@evenkeel/tensor/checks";
import {
  aSeed,
  checkOptions,
  checkValue,
  nonNegative,
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import { computeLogarithm } from "../random/exact-math.ts";
import { RandomStream, streams, toSeedNumber } from "../random/random-stream.ts";
import { type ClassLabels, classLabels } from "./class-labels.ts";
import type { Sampler } from "./sampler.ts";

export interface WeightedRandomSamplerOptions {
  /** The number of examples of an epoch. Default: as many as there are weights. */
  readonly numSamples?: number;
  /** Whether an example may be drawn several times in an epoch. Default: true. */
  readonly replacement?: boolean;
  /** Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed | undefined;
}

const rules: Rules<WeightedRandomSamplerOptions> = {
  numSamples: positiveInteger,
  replacement: yesOrNo,
  seed: aSeed,
};

export const numbers: Rule = {
  expected: "an array or typed array of finite non-negative numbers",
  accepts: (value) =>
    (Array.isArray(value) || ArrayBuffer.isView(value)) &&
    Array.from(value as unknown as ArrayLike<unknown>).every(nonNegative.accepts),
};

/**
 * Draws examples with probabilities in proportion to their weights, as PyTorch's `WeightedRandomSampler`; each epoch draws anew.
 * Without replacement, an example is drawn from those that are left, in proportion to their weights.
 *
 * Throws ArgumentError for weights that are negative, not finite, or all 0, for fewer positive weights than examples that are drawn
 * without replacement, and for wrong options.
 *
 * @example batches([0, 1, 2], { batchSize: 2, sampler: weightedRandomSampler([1, 1, 8], { numSamples: 100, seed: 1 }) })
 */
export function weightedRandomSampler(
  weights: ArrayLike<number>,
  options: WeightedRandomSamplerOptions = {},
): Sampler {
  checkValue("weightedRandomSampler: weights", weights, numbers);
  checkOptions<WeightedRandomSamplerOptions>("weightedRandomSampler", options, rules);
  const { numSamples = weights.length, replacement = true } = options;
  const chosen = Float64Array.from(weights);
  checkPositive(chosen, replacement ? 1 : numSamples);
  const seed = toSeedNumber(options.seed);
  const draw = replacement ? drawWithReplacement(chosen, numSamples) : drawWithout(chosen, numSamples);
  return {
    count: weights.length,
    length: numSamples,
    seed,
    sample: (epoch) => draw(new RandomStream(seed, streams.sample + epoch)),
  };
}

function checkPositive(weights: Float64Array, expected: number): void {
  const found = weights.reduce((count, weight) => count + Number(weight > 0), 0);
  if (found >= expected) return;
  throw new ArgumentError(
    `weightedRandomSampler: weights: found ${found} positive weights, expected at least ${expected}`,
  );
}

type Draw = (random: RandomStream) => Int32Array;

function drawWithReplacement(weights: Float64Array, count: number): Draw {
  let sum = 0;
  const sums = weights.map((weight) => {
    sum += weight;
    return sum;
  });
  return (random) => Int32Array.from({ length: count }, () => findFirstAbove(sums, random.fraction() * sum));
}

/** The first position whose cumulative sum exceeds `target`; it never has the weight 0. */
function findFirstAbove(sums: Float64Array, target: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sums[middle]! > target) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The examples in the order of exponentially distributed times with their weights as rates (Efraimidis and Spirakis 2006). */
function drawWithout(weights: Float64Array, count: number): Draw {
  const positions = Int32Array.from(weights, (_, position) => position).filter(
    (position) => weights[position]! > 0,
  );
  return (random) => {
    const times = weights.map((weight) => -computeLogarithm(1 - random.fraction()) / weight);
    return positions.toSorted((a, b) => times[a]! - times[b]! || a - b).subarray(0, count);
  };
}

/**
 * Weights with which `weightedRandomSampler` draws all classes equally often: one over the number of examples of the class.
 *
 * Throws ArgumentError unless labels are an array of numbers or strings.
 *
 * @example computeBalancedWeights(["cat", "cat", "dog"]) // 0.5 and 0.5 and 1
 */
export function computeBalancedWeights(labels: ClassLabels): number[] {
  checkValue("computeBalancedWeights: labels", labels, classLabels);
  const counts = new Map<number | string, number>();
  for (const label of Array.from(labels)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Array.from(labels, (label) => 1 / counts.get(label)!);
}
