import type { Backend, Tensor } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";
import { checkValue, describeValue, nonNegativeInteger } from "@evenkeel/tensor/checks";
import type { Collated, Collates } from "../examples/collate.ts";
import { collate } from "../examples/collate.ts";
import { readColumns, readRows } from "../examples/columns.ts";
import type { Dataset } from "../examples/dataset.ts";
import { isDataset, makeDataset } from "../examples/dataset.ts";
import type { ShapedArray, TypedArray } from "../examples/host-data.ts";
import { checkDTypes, toTensors } from "../examples/host-data.ts";
import type { ImageSet } from "../images/image-set.ts";
import { checkImageSet } from "../images/image-set.ts";
import { RandomStream, streams, streamsOfUse, toSeedNumber } from "../random/random-stream.ts";
import { drawOrder, keepOrder } from "../sampling/orders.ts";
import type { BatchSampler } from "../sampling/sampler.ts";
import { checkCount, cutIntoBatches } from "../sampling/sampler.ts";
import type { EpochStream, ExampleStream, StreamSource } from "../streams/epoch-stream.ts";
import { isStream, toEpochStream } from "../streams/epoch-stream.ts";
import type {
  BatchOptions,
  ImageBatchOptions,
  SampledBatchOptions,
  StreamBatchOptions,
} from "./batch-options.ts";
import { checkBatchOptions, checkImageBatchOptions, checkStreamBatchOptions } from "./batch-options.ts";
import type { ExampleSource } from "./example-source.ts";
import { fromDataset } from "./example-source.ts";
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
  /** The batches of an epoch from the batch `first`, counted from 0; examples of earlier ones are not read. `fit` resumes with it. */
  epochFrom(first: number, epoch: number, backend?: Backend): AsyncIterable<Batch>;
}

/** A source of batches: one of these types, or a record of arrays. */
export type BatchSource = ImageSet | Dataset<unknown> | EpochStream | object;

/** One example of a source that is not an image set. */
type ExampleOf<Source> = Source extends TypedArray | ShapedArray
  ? Source
  : Source extends Dataset<unknown>
    ? Awaited<ReturnType<Source["get"]>>
    : Source extends readonly (infer Example)[]
      ? Example
      : Source extends StreamSource<infer Example>
        ? Example
        : Source;

/** Whether the number of examples of a source is known. */
type IsSized<Source> = Source extends readonly unknown[] | TypedArray
  ? true
  : Source extends StreamSource
    ? false
    : true;

type OptionsOf<Source, By> = Source extends ImageSet
  ? ImageBatchOptions
  : IsSized<Source> extends true
    ? BatchOptions<ExampleOf<Source>, By> | SampledBatchOptions<ExampleOf<Source>, By>
    : StreamBatchOptions<ExampleOf<Source>, By>;

type BatchesOf<Source, By> = Source extends ImageSet
  ? Batches
  : IsSized<Source> extends true
    ? Batches<Collated<ExampleOf<Source>, By>>
    : StreamBatches<Collated<ExampleOf<Source>, By>>;

/**
 * Divides examples into batches. The consumer of a batch disposes its tensors. The source is one of:
 *
 * - an image set: `inputs` f32 [n, channels, height, width], augmented, (x / 255 - mean) / deviation for each channel, and
 *   `labels` i32 [n];
 * - a typed array, nested arrays or `{ data, shape }`, or a record of them to any depth: the first dimension counts the
 *   examples, and a batch is the same record with tensors of n of them;
 * - an array of examples, or a `Dataset`: `length` and `get(index)`, which may return a promise;
 * - a stream of examples, or a function that returns one for an epoch; its length is unknown, and it is not shuffled
 *   (`shuffleStream` does).
 *
 * Examples are numbers, booleans, arrays, `{ data, shape }`, or records of those; each part gets a first dimension. Numbers
 * become f32, so labels need `dtypes: { labels: "i32" }`. Strings become lists. `collate` joins parts in another way.
 *
 * Throws ArgumentError for wrong options and for parts that cannot become tensors, ShapeError for parts of different
 * lengths or shapes, DataError for images that do not fit their labels.
 *
 * @example for await (const { inputs, labels } of batches(images, { batchSize: 128, shuffled: true, seed: 1 }).epoch(0)) console.log(inputs.shape, labels.shape);
 * @example batches({ inputs: { data: values, shape: [1000, 4] }, labels: new Int32Array(1000) }, { batchSize: 32 })
 * @example batches({ length: 1000, get: async (index) => read(index) }, { batchSize: 32, dtypes: { labels: "i32" } })
 */
export function batches<Source extends BatchSource, By extends Collates<ExampleOf<Source>> | undefined>(
  source: Source,
  options: OptionsOf<Source, By>,
): BatchesOf<Source, By> {
  if ((typeof source !== "object" && typeof source !== "function") || source === null) {
    throw new ArgumentError(
      `batches: found ${describeValue(source)}, expected an image set, arrays, a dataset or a stream of examples`,
    );
  }
  const made: StreamBatches<never> = isUnsized(source)
    ? makeStreamBatches(source, options as StreamBatchOptions)
    : makeSizedBatches(makeExampleSource(source, options), options as BatchOptions);
  return made as BatchesOf<Source, By>;
}

const isUnsized = (source: object): source is StreamSource =>
  isStream(source) && !Array.isArray(source) && !ArrayBuffer.isView(source) && !isDataset(source);

/** Also checks the options, because the source determines which options are allowed. */
function makeExampleSource(source: object, options: object): ExampleSource {
  if ("imageShape" in source) {
    const set = checkImageSet(source as ImageSet);
    checkImageBatchOptions(options as ImageBatchOptions, set);
    return fromImages(set, options);
  }
  checkBatchOptions(options as BatchOptions);
  const { collate, dtypes } = options as BatchOptions<unknown, unknown>;
  if (Array.isArray(source) || isDataset(source)) return fromDataset(makeDataset(source, "batches"), collate);
  const columns = readColumns(source, "batches");
  if (collate !== undefined) return fromDataset(readRows(columns), collate);
  checkDTypes(source, dtypes, "batches");
  return columns;
}

/** The batches of each epoch: those of a sampler, or consecutive examples in a random order or their own. */
function findBatchSampler(
  count: number,
  options: BatchOptions | SampledBatchOptions,
  seed: number | undefined,
): BatchSampler {
  if ("batchSampler" in options) {
    checkCount("batches: batchSampler", options.batchSampler, count);
    return options.batchSampler;
  }
  const { sampler, shuffled = false } = options;
  if (sampler !== undefined) checkCount("batches: sampler", sampler, count);
  const order = sampler ?? (shuffled ? drawOrder(count, seed!) : keepOrder(count));
  warnOfLastBatch(order.length, options);
  return cutIntoBatches(order, options);
}

function makeSizedBatches(
  source: ExampleSource,
  options: BatchOptions | SampledBatchOptions,
): Batches<never> {
  const { shuffled = false, augment, seed: given } = options as ImageBatchOptions;
  const drawn = shuffled || augment !== undefined ? toSeedNumber(given) : undefined;
  const sampler = findBatchSampler(source.count, options, drawn);
  async function* hostBatches(epoch: number, first: number): AsyncGenerator {
    const chosen = sampler.sample(epoch);
    const random = new RandomStream(drawn ?? 0, streams.augment + epoch);
    // Random changes of an example depend on those before it.
    for (let batch = augment === undefined ? first : 0; batch < chosen.length; batch++) {
      const prepared = await source.take(checkPositions(chosen[batch]!, source.count), random, epoch);
      if (batch >= first) yield prepared;
    }
  }
  const epochFrom: Batches<never>["epochFrom"] = (first, epoch, backend) => {
    checkEpoch(epoch);
    checkValue("batches: first", first, nonNegativeInteger);
    return moveToDevice(hostBatches(epoch, first), options, backend);
  };
  return {
    seed: drawn ?? sampler.seed,
    batchesPerEpoch: sampler.batchesPerEpoch,
    examplesPerEpoch: sampler.examplesPerEpoch,
    epoch: (epoch, backend) => epochFrom(0, epoch, backend),
    epochFrom,
  };
}

function checkPositions(positions: Int32Array, count: number): Int32Array {
  const stray = positions.find((position) => !(position >= 0 && position < count));
  if (stray === undefined) return positions;
  throw new ArgumentError(
    `batches: sampler: found the position ${stray}, expected integers from 0 to ${count - 1}`,
  );
}

function makeStreamBatches(source: StreamSource, options: StreamBatchOptions): StreamBatches<never> {
  checkStreamBatchOptions(options);
  const stream = toEpochStream(source, "batches");
  return {
    epoch: (epoch, backend) => {
      checkEpoch(epoch);
      return moveToDevice(joinBatches(stream(epoch), options), options, backend);
    },
  };
}

async function* joinBatches(stream: ExampleStream, options: StreamBatchOptions): AsyncGenerator {
  const { batchSize, dropLast = false, collate: by } = options;
  let examples: unknown[] = [];
  let first = 0;
  const join = () => {
    const positions = Int32Array.from(examples, (_, index) => first + index);
    return collate(examples, positions, "batches", by);
  };
  for await (const example of stream) {
    examples.push(example);
    if (examples.length < batchSize) continue;
    yield await join();
    first += batchSize;
    examples = [];
  }
  if (examples.length > 0 && !dropLast) yield await join();
}

function checkEpoch(epoch: number): void {
  checkValue("batches: epoch", epoch, {
    expected: `an integer in [0, ${streamsOfUse})`,
    accepts: (value) => Number.isInteger(value) && epoch >= 0 && epoch < streamsOfUse,
  });
}

async function* moveToDevice(
  hostBatches: AsyncGenerator,
  options: { readonly dtypes?: unknown; readonly prefetched?: number; readonly backend?: Backend },
  backend: Backend | undefined,
): AsyncGenerator<never> {
  for await (const batch of prefetch(hostBatches, options.prefetched)) {
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
