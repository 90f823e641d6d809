import type { Seed } from "@evenkeel/tensor";
import { aSeed, checkOptions, positiveInteger } from "@evenkeel/tensor/checks";
import { RandomStream, streams, toSeedNumber } from "../random/random-stream.ts";
import type { EpochStream, StreamSource } from "./epoch-stream.ts";
import { toEpochStream } from "./epoch-stream.ts";

export interface ShuffleStreamOptions {
  /** The number of examples that are in memory. Examples that are farther apart than this keep much of their order. */
  readonly bufferSize: number;
  /** Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed | undefined;
}

/**
 * A stream in a random order, which depends only on the seed and the epoch: each example is drawn from a buffer that the next examples
 * refill. If the stream is sorted, such as by class, the buffer should hold most of it.
 *
 * Throws ArgumentError for a source that is not a stream, and for wrong options.
 *
 * @example batches(shuffleStream([1, 2, 3], { bufferSize: 2, seed: 1 }), { batchSize: 2 })
 */
export function shuffleStream<Example>(
  source: StreamSource<Example>,
  options: ShuffleStreamOptions,
): EpochStream<Example> {
  const stream = toEpochStream(source, "shuffleStream");
  checkOptions<ShuffleStreamOptions>("shuffleStream", options, { bufferSize: positiveInteger, seed: aSeed }, [
    "bufferSize",
  ]);
  const { bufferSize } = options;
  const seed = toSeedNumber(options.seed);
  return async function* (epoch) {
    const random = new RandomStream(seed, streams.buffer + epoch);
    const buffer: Example[] = [];
    const drawPlace = (): number => random.integer(0, buffer.length - 1);
    for await (const example of stream(epoch)) {
      if (buffer.length < bufferSize) {
        buffer.push(example);
        continue;
      }
      const place = drawPlace();
      const drawn = buffer[place]!;
      buffer[place] = example;
      yield drawn;
    }
    while (buffer.length > 0) {
      const place = drawPlace();
      const drawn = buffer[place]!;
      const last = buffer.pop()!;
      if (place < buffer.length) buffer[place] = last;
      yield drawn;
    }
  };
}
