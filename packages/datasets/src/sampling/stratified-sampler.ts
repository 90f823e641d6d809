import type { Seed } from "@evenkeel/tensor";
import { drawPermutation } from "@evenkeel/tensor";
import { aSeed, checkOptions, checkValue } from "@evenkeel/tensor/checks";
import { RandomStream, streams, toSeedNumber } from "../random/random-stream.ts";
import { type ClassLabels, classLabels, groupByClass } from "./class-labels.ts";
import type { Sampler } from "./sampler.ts";

export interface StratifiedSamplerOptions {
  /** Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed | undefined;
}

/**
 * A random order in which classes are spread evenly: consecutive examples, such as those of a batch, have the classes in about the
 * proportions of the whole set. Each epoch has every example once.
 *
 * Throws ArgumentError unless labels are numbers or strings, and for wrong options.
 *
 * @example batches([5, 6, 7, 8], { batchSize: 2, sampler: stratifiedSampler(["a", "a", "b", "b"], { seed: 1 }) })
 */
export function stratifiedSampler(labels: ClassLabels, options: StratifiedSamplerOptions = {}): Sampler {
  checkValue("stratifiedSampler: labels", labels, classLabels);
  checkOptions<StratifiedSamplerOptions>("stratifiedSampler", options, { seed: aSeed });
  const seed = toSeedNumber(options.seed);
  const count = labels.length;
  return { count, length: count, seed, sample: (epoch) => spreadClasses(labels, seed, epoch) };
}

/** The examples of a class come at equal distances, from a random first place. */
function spreadClasses(labels: ClassLabels, seed: number, epoch: number): Int32Array {
  const order = drawPermutation(labels.length, { seed, stream: streams.shuffle + epoch });
  const random = new RandomStream(seed, streams.sample + epoch);
  const places = new Float64Array(labels.length);
  for (const positions of groupByClass(labels, order)) {
    const start = random.fraction();
    positions.forEach((position, index) => {
      places[position] = (index + start) / positions.length;
    });
  }
  return order.sort((a, b) => places[a]! - places[b]! || a - b);
}
