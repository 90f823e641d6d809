import {
  callable,
  checkOptions,
  checkValue,
  nonNegativeInteger,
  positiveInteger,
} from "@evenkeel/tensor/checks";
import type { EpochStream, StreamSource } from "./epoch-stream.ts";
import { toEpochStream } from "./epoch-stream.ts";

export interface MapStreamOptions {
  /** The largest number of examples that are changed at the same time. Default: 1. */
  readonly concurrency?: number;
}

/**
 * A stream of changed examples, in their order. `change` may return a promise; with `concurrency` it is called for following examples
 * while earlier ones are awaited.
 *
 * Throws ArgumentError for a source that is not a stream, and for wrong options.
 *
 * @example batches(mapStream([1, 2, 3], (value) => ({ inputs: value })), { batchSize: 2 })
 */
export function mapStream<Example, Changed>(
  source: StreamSource<Example>,
  change: (example: Example) => Changed | Promise<Changed>,
  options: MapStreamOptions = {},
): EpochStream<Changed> {
  const stream = toEpochStream(source, "mapStream");
  checkValue("mapStream: change", change, callable);
  checkOptions<MapStreamOptions>("mapStream", options, { concurrency: positiveInteger });
  const { concurrency = 1 } = options;
  return async function* (epoch) {
    const pending: Promise<Changed>[] = [];
    for await (const example of stream(epoch)) {
      const changed = (async () => change(example))();
      // A rejection is handled later, when the example is awaited.
      changed.catch(() => undefined);
      pending.push(changed);
      if (pending.length === concurrency) yield await pending.shift()!;
    }
    for (const changed of pending) yield await changed;
  };
}

/**
 * The examples of a stream that `accepts` accepts. Throws ArgumentError for a source that is not a stream.
 *
 * @example batches(filterStream([1, 2, 3], (value) => value !== 2), { batchSize: 2 })
 */
export function filterStream<Example>(
  source: StreamSource<Example>,
  accepts: (example: Example) => boolean | Promise<boolean>,
): EpochStream<Example> {
  const stream = toEpochStream(source, "filterStream");
  checkValue("filterStream: accepts", accepts, callable);
  return async function* (epoch) {
    for await (const example of stream(epoch)) if (await accepts(example)) yield example;
  };
}

/**
 * The first `count` examples of each epoch; no more are read. Throws ArgumentError for a source that is not a stream, and for a count
 * that is not a non-negative integer.
 *
 * @example batches(takeFromStream([1, 2, 3], 2), { batchSize: 2 })
 */
export function takeFromStream<Example>(source: StreamSource<Example>, count: number): EpochStream<Example> {
  const stream = toEpochStream(source, "takeFromStream");
  checkValue("takeFromStream: count", count, nonNegativeInteger);
  return async function* (epoch) {
    let taken = 0;
    if (count === 0) return;
    for await (const example of stream(epoch)) {
      yield example;
      if (++taken === count) return;
    }
  };
}

/**
 * The examples of each epoch after the first `count`. Throws ArgumentError for a source that is not a stream, and for a count that is
 * not a non-negative integer.
 *
 * @example batches(skipInStream([1, 2, 3], 1), { batchSize: 2 })
 */
export function skipInStream<Example>(source: StreamSource<Example>, count: number): EpochStream<Example> {
  const stream = toEpochStream(source, "skipInStream");
  checkValue("skipInStream: count", count, nonNegativeInteger);
  return async function* (epoch) {
    let seen = 0;
    for await (const example of stream(epoch)) if (++seen > count) yield example;
  };
}
