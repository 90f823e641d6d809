import type { Backend, Tensor } from "@evenkeel/tensor";
import { ArgumentError, drawPermutation } from "@evenkeel/tensor";
import { checkValue, describeValue } from "@evenkeel/tensor/checks";
import type { ImageSet } from "../images/image-set.ts";
import { checkImageSet } from "../images/image-set.ts";
import { RandomStream, streams, streamsOfUse, toSeedNumber } from "../random/random-stream.ts";
import type { BatchOptions, ImageBatchOptions, StreamBatchOptions } from "./batch-options.ts";
import { checkBatchOptions, checkImageBatchOptions, checkStreamBatchOptions } from "./batch-options.ts";
import type { Dataset, ExampleSource } from "./examples.ts";
import { fromArrays, fromDataset, stack } from "./examples.ts";
import type { ShapedArray, Tensors, TypedArray } from "./host-data.ts";
import { toTensors } from "./host-data.ts";
import { fromImages } from "./images.ts";
import { prefetch } from "./prefetch.ts";

/** Shapes: inputs f32 [n, channels, height, width], labels i32 [n]. The consumer of a batch disposes it. */
export interface ImageBatch {
  readonly inputs: Tensor;
  readonly labels: Tensor;
}

/** A stream of examples, divided into batches for `fit` and `evaluate`. */
export interface StreamBatches<Batch> {
  /**
   * The batches of one epoch, counted from 0. The next batch is prepared while the current one is in use. Tensors are created on
   * `backend` unless the options specify a backend.
   */
  epoch(epoch: number, backend?: Backend): AsyncIterable<Batch>;
}

/** Examples, divided into the batches of each epoch for `fit` and `evaluate`. */
export interface Batches<Batch = ImageBatch> extends StreamBatches<Batch> {
  /** The seed of the order and augmentation of all epochs; absent if neither is random. */
  readonly seed: number | undefined;
  readonly batchesPerEpoch: number;
  readonly examplesPerEpoch: number;
}

/** One example after another. */
export type ExampleStream<Example = unknown> = Iterable<Example> | AsyncIterable<Example>;

/** A source of batches: one of these types, or a record of arrays. */
export type BatchSource = ImageSet | Dataset<unknown> | ((epoch: number) => ExampleStream) | object;

/** The examples of a source: `Sized` if their number is known, otherwise `Streamed`. */
type Kind<Source> = Source extends ImageSet
  ? { readonly batches: Batches; readonly options: ImageBatchOptions }
  : Source extends TypedArray | ShapedArray
    ? Sized<Source>
    : Source extends Dataset<unknown>
      ? Sized<Awaited<ReturnType<Source["get"]>>>
      : Source extends readonly (infer Example)[]
        ? Sized<Example>
        : Source extends (epoch: number) => ExampleStream<infer Example>
          ? Streamed<Example>
          : Source extends ExampleStream<infer Example>
            ? Streamed<Example>
            : Sized<Source>;

interface Sized<Example> {
  readonly batches: Batches<Tensors<Example>>;
  readonly options: BatchOptions<Example>;
}

interface Streamed<Example> {
  readonly batches: StreamBatches<Tensors<Example>>;
  readonly options: StreamBatchOptions<Example>;
}

/**
 * Divides examples into batches. The consumer of a batch disposes its tensors. The source is one of:
 *
 * - an image set: `inputs` f32 [n, channels, height, width], augmented, (x / 255 - mean) / deviation for each channel, and
 *   `labels` i32 [n];
 * - a typed array, nested arrays or `{ data, shape }`, or a record of them to any depth: the first dimension counts the
 *   examples, and a batch is the same record with tensors of n of them;
 * - an array of examples, or a `Dataset`: `length` and `get(index)`, which may return a promise;
 * - a stream of examples, or a function that returns one for an epoch; its length is unknown, and it is not shuffled.
 *
 * Examples are numbers, booleans, arrays, `{ data, shape }`, or records of those; each part gets a first dimension. Numbers
 * become f32, so labels need `dtypes: { labels: "i32" }`.
 *
 * Throws ArgumentError for wrong options and for parts that cannot become tensors, ShapeError for parts of different
 * lengths or shapes, DataError for images that do not fit their labels.
 *
 * @example for await (const { inputs, labels } of batches(images, { batchSize: 128, shuffled: true, seed: 1 }).epoch(0)) console.log(inputs.shape, labels.shape);
 * @example batches({ inputs: { data: values, shape: [1000, 4] }, labels: new Int32Array(1000) }, { batchSize: 32 })
 * @example batches({ length: 1000, get: async (index) => read(index) }, { batchSize: 32, dtypes: { labels: "i32" } })
 */
export function batches<Source extends BatchSource>(
  source: Source,
  options: Kind<Source>["options"],
): Kind<Source>["batches"] {
  if ((typeof source !== "object" && typeof source !== "function") || source === null) {
    throw new ArgumentError(
      `batches: found ${describeValue(source)}, expected an image set, arrays, a dataset or a stream of examples`,
    );
  }
  return isStream(source)
    ? makeStreamBatches(source, options as StreamBatchOptions)
    : makeSizedBatches(makeExampleSource(source, options), options as BatchOptions);
}

type Stream = ExampleStream | ((epoch: number) => ExampleStream);

const isStream = (source: object): source is Stream =>
  typeof source === "function" ||
  Symbol.asyncIterator in source ||
  (Symbol.iterator in source && !Array.isArray(source) && !ArrayBuffer.isView(source) && !isDataset(source));

const isDataset = (source: object): source is Dataset<unknown> =>
  "length" in source && "get" in source && typeof source.get === "function";

/** Also checks the options, because the source determines which options are allowed. */
function makeExampleSource(source: object, options: object): ExampleSource {
  if ("imageShape" in source) {
    const set = checkImageSet(source as ImageSet);
    checkImageBatchOptions(options as ImageBatchOptions, set);
    return fromImages(set, options);
  }
  checkBatchOptions(options as BatchOptions);
  if (Array.isArray(source)) return fromDataset({ length: source.length, get: (index) => source[index] });
  return isDataset(source) ? fromDataset(source) : fromArrays(source, (options as BatchOptions).dtypes);
}

function makeSizedBatches(source: ExampleSource, options: BatchOptions): Batches<never> {
  const { batchSize, shuffled = false, dropLast = false } = options;
  const { count } = source;
  const batchesPerEpoch = dropLast ? Math.floor(count / batchSize) : Math.ceil(count / batchSize);
  warnOfLastBatch(count, options);
  const isRandom = shuffled || (options as ImageBatchOptions).augment !== undefined;
  const seed = isRandom ? toSeedNumber(options.seed) : undefined;
  async function* hostBatches(epoch: number): AsyncGenerator {
    const order = shuffled
      ? drawPermutation(count, { seed, stream: streams.shuffle + epoch })
      : Int32Array.from({ length: count }, (_, position) => position);
    const random = new RandomStream(seed ?? 0, streams.augment + epoch);
    for (let batch = 0; batch < batchesPerEpoch; batch++) {
      yield await source.take(order.subarray(batch * batchSize, (batch + 1) * batchSize), random);
    }
  }
  return {
    seed,
    batchesPerEpoch,
    examplesPerEpoch: Math.min(count, batchesPerEpoch * batchSize),
    epoch: (epoch, backend) => {
      checkEpoch(epoch);
      return moveToDevice(hostBatches(epoch), options, backend);
    },
  };
}

function makeStreamBatches(source: Stream, options: StreamBatchOptions): StreamBatches<never> {
  checkStreamBatchOptions(options);
  const begin = typeof source === "function" ? source : makeRepeatable(source);
  return {
    epoch: (epoch, backend) => {
      checkEpoch(epoch);
      return moveToDevice(stackBatches(begin(epoch), options), options, backend);
    },
  };
}

/** Throws for a stream that is read a second time: a generator would be empty then, like an epoch without batches. */
function makeRepeatable(stream: ExampleStream): () => ExampleStream {
  let isRead = false;
  return () => {
    if (isRead && "next" in stream) {
      throw new ArgumentError(
        "batches: found a stream that has already been read, expected a function that returns a new stream for each epoch",
      );
    }
    isRead = true;
    return stream;
  };
}

async function* stackBatches(stream: ExampleStream, options: StreamBatchOptions): AsyncGenerator {
  const { batchSize, dropLast = false } = options;
  let examples: unknown[] = [];
  let first = 0;
  const stacked = () =>
    stack(
      examples,
      Int32Array.from(examples, (_, index) => first + index),
    );
  for await (const example of stream) {
    examples.push(example);
    if (examples.length < batchSize) continue;
    yield stacked();
    first += batchSize;
    examples = [];
  }
  if (examples.length > 0 && !dropLast) yield stacked();
}

function checkEpoch(epoch: number): void {
  checkValue("batches: epoch", epoch, {
    expected: `an integer in [0, ${streamsOfUse})`,
    accepts: (value) => Number.isInteger(value) && epoch >= 0 && epoch < streamsOfUse,
  });
}

async function* moveToDevice(
  hostBatches: AsyncGenerator,
  options: StreamBatchOptions,
  backend: Backend | undefined,
): AsyncGenerator<never> {
  for await (const batch of prefetch(hostBatches)) {
    yield toTensors(batch, options.dtypes, options.backend ?? backend) as never;
  }
}

function warnOfLastBatch(
  count: number,
  { batchSize, dropLast, onWarning = console.warn }: BatchOptions,
): void {
  if (dropLast && count > 0 && count < batchSize) {
    onWarning(
      `batches: dropLast leaves nothing of ${count} examples, which do not fill one batch of ${batchSize}`,
    );
  }
  if (!dropLast && batchSize > 1 && count > batchSize && count % batchSize === 1) {
    onWarning(
      `batches: the last batch of an epoch has one example (${count} in batches of ${batchSize}): evaluation can use it, batch norm cannot train on it. dropLast: true leaves it out`,
    );
  }
}
