import type { Backend, Tensor } from "@evenkeel/tensor";
import { ArgumentError, hostPermutation, tensor } from "@evenkeel/tensor";
import type { ChannelStatistics, ImageSet } from "../image-set.ts";
import { channelStatistics, imageCount, valuesPerImage } from "../image-set.ts";
import { RandomStream, streams } from "../random-stream.ts";
import type { Augmentation } from "./augment.ts";
import { prefetch } from "./prefetch.ts";

export interface BatchOptions {
  readonly batchSize: number;
  /** Order and augmentation follow from the seed and the epoch alone. Absent: in the order of the set. */
  readonly shuffleSeed?: number;
  /** Leaves out a last batch that is not full. Default: false. */
  readonly dropLast?: boolean;
  /** What the values are normalized with; pass the training set's for every split. Default: the set's own. */
  readonly statistics?: ChannelStatistics;
  readonly augment?: Augmentation;
  readonly backend?: Backend;
}

/** Shapes: inputs f32 [n, channels, height, width], labels i32 [n]. Who takes a batch disposes it. */
export interface ImageBatch {
  readonly inputs: Tensor;
  readonly labels: Tensor;
}

/** A set cut into batches, epoch by epoch: what `fit` and `evaluate` take. */
export interface Batches {
  readonly batchesPerEpoch: number;
  readonly examplesPerEpoch: number;
  /** The batches of one epoch, the next one prepared while the current one is in use. */
  epoch(epoch: number): AsyncIterable<ImageBatch>;
}

/**
 * Cuts a set into normalized batches: (x / 255 - mean) / deviation for each channel.
 *
 * Throws ArgumentError for a batch size that is not a positive integer.
 *
 * @example for await (const { inputs, labels } of batches(train, { batchSize: 128, shuffleSeed: 1 }).epoch(0)) ...
 */
export function batches(set: ImageSet, options: BatchOptions): Batches {
  const { batchSize, shuffleSeed, dropLast = false } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ArgumentError(`batchSize: found ${batchSize}, expected a positive integer`);
  }
  const count = imageCount(set);
  const batchesPerEpoch = dropLast ? Math.floor(count / batchSize) : Math.ceil(count / batchSize);
  const assemble = batchAssembler(set, options);
  async function* arrays(epoch: number): AsyncGenerator<BatchArrays> {
    const order =
      shuffleSeed === undefined
        ? Int32Array.from({ length: count }, (_, position) => position)
        : hostPermutation(count, { seed: shuffleSeed, stream: streams.shuffle + epoch });
    const random = new RandomStream(shuffleSeed ?? 0, streams.augment + epoch);
    for (let batch = 0; batch < batchesPerEpoch; batch++) {
      yield assemble(order.subarray(batch * batchSize, (batch + 1) * batchSize), random);
    }
  }
  return {
    batchesPerEpoch,
    examplesPerEpoch: Math.min(count, batchesPerEpoch * batchSize),
    epoch: async function* (epoch) {
      for await (const { inputs, labels } of prefetch(arrays(epoch))) {
        const [backend, shape] = [options.backend, [labels.length, ...set.imageShape]];
        yield { inputs: tensor(inputs, { shape, backend }), labels: tensor(labels, { backend }) };
      }
    },
  };
}

interface BatchArrays {
  readonly inputs: Float32Array;
  readonly labels: Int32Array;
}

type Assembler = (positions: Int32Array, random: RandomStream) => BatchArrays;

function batchAssembler(set: ImageSet, { statistics, augment }: BatchOptions): Assembler {
  const size = valuesPerImage(set);
  const area = set.imageShape[1] * set.imageShape[2];
  const tables = normalizationTables(statistics ?? channelStatistics(set));
  const augmented = new Uint8Array(size);
  return (positions, random) => {
    const inputs = new Float32Array(positions.length * size);
    const labels = new Int32Array(positions.length);
    positions.forEach((position, index) => {
      labels[index] = set.labels[position]!;
      const image = set.images.subarray(position * size, (position + 1) * size);
      augment?.(image, augmented, set.imageShape, random);
      const pixels = augment === undefined ? image : augmented;
      for (let pixel = 0, target = index * size; pixel < size; ) {
        const table = tables[pixel / area]!;
        for (const end = pixel + area; pixel < end; pixel++) inputs[target++] = table[pixels[pixel]!]!;
      }
    });
    return { inputs, labels };
  };
}

/** The normalized value of each byte, for each channel. A channel that never varies keeps its scale. */
function normalizationTables({ mean, deviation }: ChannelStatistics): Float32Array[] {
  return mean.map((center, channel) => {
    const scale = deviation[channel]! > 0 ? deviation[channel]! : 1;
    return Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - center) / scale);
  });
}
