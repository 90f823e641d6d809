import type { Seed } from "@evenkeel/tensor";
import { ArgumentError, drawPermutation } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import {
  aSeed,
  checkOptions,
  checkValue,
  listOf,
  nonNegative,
  positive,
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import { streams, toSeedNumber } from "../random/random-stream.ts";
import type { BatchSampler } from "./sampler.ts";
import { numbers } from "./weighted-random-sampler.ts";

export interface BucketOptions {
  /** The largest number of examples of a batch. */
  readonly batchSize?: number;
  /** The largest number of values of a padded batch: its examples times the largest length of their bucket. */
  readonly valuesPerBatch?: number;
  /** The number of buckets, which have about the same number of examples. Default: 8. */
  readonly buckets?: number;
  /** The largest length of each bucket but the last, in ascending order, instead of `buckets`. */
  readonly boundaries?: readonly number[];
  /** Whether examples are shuffled in their buckets, and batches among each other. Default: true. */
  readonly shuffled?: boolean;
  /** Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed | undefined;
  /** Whether only full batches are kept. Otherwise a bucket is divided evenly, so that no batch is small. Default: false. */
  readonly dropLast?: boolean;
}

const rules: Rules<BucketOptions> = {
  batchSize: positiveInteger,
  valuesPerBatch: positive,
  buckets: positiveInteger,
  boundaries: /* @__PURE__ */ listOf(nonNegative),
  shuffled: yesOrNo,
  seed: aSeed,
  dropLast: yesOrNo,
};

/**
 * Composes batches of examples of similar lengths, so that little is padding. Examples are divided into buckets by length; each epoch
 * shuffles the examples of a bucket, cuts it into batches, and shuffles the batches of all buckets.
 *
 * Throws ArgumentError for lengths that are not finite non-negative numbers, for wrong options, without `batchSize` and
 * `valuesPerBatch`, and with both `buckets` and `boundaries`.
 *
 * @example batches([[1], [2, 3], [4]], { batchSampler: bucketByLength([1, 2, 1], { batchSize: 2, buckets: 2, seed: 1 }), collate: padCollate() })
 */
export function bucketByLength(lengths: ArrayLike<number>, options: BucketOptions): BatchSampler {
  checkValue("bucketByLength: lengths", lengths, numbers);
  checkOptions<BucketOptions>("bucketByLength", options, rules);
  checkCombination(options);
  const { shuffled = true } = options;
  const seed = shuffled ? toSeedNumber(options.seed) : undefined;
  const divided = divideIntoBuckets(lengths, options).map((bucket) => divideBucket(bucket, lengths, options));
  const batchesPerEpoch = divided.reduce((sum, { ends }) => sum + ends.length, 0);
  return {
    count: lengths.length,
    batchesPerEpoch,
    examplesPerEpoch: divided.reduce((sum, { ends }) => sum + (ends.at(-1) ?? 0), 0),
    seed,
    sample: (epoch) => {
      if (seed === undefined) return divided.flatMap(cutBucket);
      // One permutation of all examples shuffles each bucket, in the same way on every machine.
      const places = drawPermutation(lengths.length, { seed, stream: streams.shuffle + epoch });
      const drawn = divided.flatMap(({ bucket, ends }) =>
        cutBucket({ bucket: bucket.toSorted((a, b) => places[a]! - places[b]!), ends }),
      );
      const order = drawPermutation(batchesPerEpoch, { seed, stream: streams.sample + epoch });
      return Array.from(order, (batch) => drawn[batch]!);
    },
  };
}

function checkCombination({
  batchSize,
  valuesPerBatch,
  buckets,
  boundaries,
  shuffled,
  seed,
}: BucketOptions): void {
  const where = "bucketByLength";
  if (batchSize === undefined && valuesPerBatch === undefined) {
    throw new ArgumentError(
      `${where}: batchSize: found neither it nor \`valuesPerBatch\`, expected one or both`,
    );
  }
  if (buckets !== undefined && boundaries !== undefined) {
    throw new ArgumentError(`${where}: buckets: found both it and \`boundaries\`, expected one of them`);
  }
  if (boundaries?.some((length, index) => index > 0 && length <= boundaries[index - 1]!)) {
    throw new ArgumentError(
      `${where}: boundaries: found ${boundaries.join(", ")}, expected ascending lengths`,
    );
  }
  if (shuffled === false && seed !== undefined) {
    throw new ArgumentError(`${where}: seed: found a seed with \`shuffled: false\`, expected one of them`);
  }
}

/** The positions of the examples of each bucket that has any, by length. */
function divideIntoBuckets(
  lengths: ArrayLike<number>,
  { buckets = 8, boundaries }: BucketOptions,
): readonly Int32Array[] {
  const sorted = Int32Array.from(lengths, (_, position) => position);
  sorted.sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  const limits =
    boundaries ??
    Array.from({ length: buckets - 1 }, (_, bucket) => {
      const last = Math.ceil(((bucket + 1) * sorted.length) / buckets) - 1;
      return lengths[sorted[Math.max(0, last)]!]!;
    });
  let start = 0;
  const ends = [...limits, Number.POSITIVE_INFINITY].map((limit) => {
    const rest = sorted.subarray(start).findIndex((position) => lengths[position]! > limit);
    const end = rest < 0 ? sorted.length : start + rest;
    const bucket = sorted.subarray(start, end);
    start = end;
    return bucket;
  });
  return ends.filter((bucket) => bucket.length > 0);
}

/** A bucket, and where each of its batches ends. */
interface DividedBucket {
  readonly bucket: Int32Array;
  readonly ends: readonly number[];
}

function divideBucket(
  bucket: Int32Array,
  lengths: ArrayLike<number>,
  {
    batchSize = Number.POSITIVE_INFINITY,
    valuesPerBatch = Number.POSITIVE_INFINITY,
    dropLast,
  }: BucketOptions,
): DividedBucket {
  const longest = Math.max(1, lengths[bucket.at(-1)!]!);
  const most = Math.max(1, Math.min(batchSize, Math.floor(valuesPerBatch / longest)));
  const batches = dropLast ? Math.floor(bucket.length / most) : Math.ceil(bucket.length / most);
  const ends = Array.from({ length: batches }, (_, batch) =>
    dropLast ? (batch + 1) * most : Math.floor(((batch + 1) * bucket.length) / batches),
  );
  return { bucket, ends };
}

const cutBucket = ({ bucket, ends }: DividedBucket): readonly Int32Array[] =>
  ends.map((end, batch) => bucket.subarray(ends[batch - 1] ?? 0, end));
