import { ArgumentError } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";

/** The order in which the examples of a set come in each epoch. It depends only on the seed and the epoch. */
export interface Sampler {
  /** The number of examples of the set. */
  readonly count: number;
  /** The number of examples of an epoch. */
  readonly length: number;
  /** Absent if nothing is random. */
  readonly seed: number | undefined;
  /** The positions of the examples of an epoch, counted from 0. */
  sample(epoch: number): Int32Array;
}

/** The examples of each batch. They depend only on the seed and the epoch. */
export interface BatchSampler {
  /** The number of examples of the set. */
  readonly count: number;
  readonly batchesPerEpoch: number;
  readonly examplesPerEpoch: number;
  /** Absent if nothing is random. */
  readonly seed: number | undefined;
  /** The positions of the examples of each batch of an epoch, counted from 0. */
  sample(epoch: number): readonly Int32Array[];
}

export const aSampler: Rule = {
  expected: "a sampler",
  accepts: (value) =>
    typeof value === "object" && value !== null && "sample" in value && "length" in value && "count" in value,
};

export const aBatchSampler: Rule = {
  expected: "a sampler of batches",
  accepts: (value) =>
    typeof value === "object" &&
    value !== null &&
    "sample" in value &&
    "batchesPerEpoch" in value &&
    "count" in value,
};

/** Throws ArgumentError for a sampler that was made for another set. */
export function checkCount(where: string, { count }: { readonly count: number }, expected: number): void {
  if (count === expected) return;
  throw new ArgumentError(
    `${where}: found one for ${count} examples, expected one for ${expected}, as the set has`,
  );
}

/** Consecutive batches of a sampler's order. */
export function cutIntoBatches(
  sampler: Sampler,
  { batchSize, dropLast = false }: { readonly batchSize: number; readonly dropLast?: boolean | undefined },
): BatchSampler {
  const { count, length, seed } = sampler;
  const batchesPerEpoch = dropLast ? Math.floor(length / batchSize) : Math.ceil(length / batchSize);
  return {
    count,
    batchesPerEpoch,
    examplesPerEpoch: Math.min(length, batchesPerEpoch * batchSize),
    seed,
    sample: (epoch) => {
      const order = sampler.sample(epoch);
      return Array.from({ length: batchesPerEpoch }, (_, batch) =>
        order.subarray(batch * batchSize, (batch + 1) * batchSize),
      );
    },
  };
}
