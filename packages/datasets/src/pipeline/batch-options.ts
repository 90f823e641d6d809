import type { Backend } from "@evenkeel/tensor";
import type { Rule, Rules } from "@evenkeel/tensor/checks";
import {
  aBackend,
  aDType,
  anything,
  callable,
  checkOptions,
  checkValue,
  finite,
  isRecord,
  listOf,
  nonNegative,
  positiveInteger,
  seedWord,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import type { ChannelStatistics, ImageSet } from "../image-set.ts";
import type { Augmentation } from "./augment.ts";
import type { DTypes } from "./host-data.ts";

/** How a stream of examples is cut into batches. */
export interface StreamBatchOptions<Example = unknown> {
  readonly batchSize: number;
  /** Leaves out a last batch that is not full. Default: false. */
  readonly dropLast?: boolean;
  /** The dtypes of parts by name, such as `{ labels: "i32" }`. Default: as `tensor` has it, f32 for numbers. */
  readonly dtypes?: DTypes<Example>;
  /** Where the tensors are made. Default: what `epoch` is told, else the one that `selectBackend` opened. */
  readonly backend?: Backend;
}

/** How examples are cut into batches. */
export interface BatchOptions<Example = unknown> extends StreamBatchOptions<Example> {
  /** The order of an epoch follows from the seed and the epoch alone. Absent: in the order of the examples. */
  readonly shuffleSeed?: number;
  /** Gets what is likely to be a mistake, such as a last batch of one example. Default: `console.warn`. */
  readonly onWarning?: (message: string) => void;
}

/** How images are cut into batches. */
export interface ImageBatchOptions extends Omit<BatchOptions, "dtypes"> {
  /** What the values are normalized with; pass the training set's for every split. Default: the set's own. */
  readonly statistics?: ChannelStatistics;
  /** Changes each image anew in each epoch, by the seed of the shuffling. */
  readonly augment?: Augmentation;
}

const dtypes: Rule = {
  expected: "a dtype, or a record of dtypes",
  accepts: (value) =>
    aDType.accepts(value) ||
    (typeof value === "object" &&
      value !== null &&
      (Array.isArray(value) || isRecord(value)) &&
      Object.values(value).every((part) => part === undefined || dtypes.accepts(part))),
};

const streamRules: Rules<StreamBatchOptions> = {
  batchSize: positiveInteger,
  dropLast: yesOrNo,
  dtypes,
  backend: aBackend,
};

const exampleRules: Rules<BatchOptions> = {
  batchSize: positiveInteger,
  dropLast: yesOrNo,
  dtypes,
  backend: aBackend,
  shuffleSeed: seedWord,
  onWarning: callable,
};

const imageRules: Rules<ImageBatchOptions> = {
  batchSize: positiveInteger,
  dropLast: yesOrNo,
  backend: aBackend,
  shuffleSeed: seedWord,
  onWarning: callable,
  augment: callable,
  statistics: anything,
};

export function checkStreamBatchOptions(options: StreamBatchOptions): void {
  checkOptions<StreamBatchOptions>("batches", options, streamRules);
  checkValue("batches: batchSize", options.batchSize, positiveInteger);
}

export function checkBatchOptions(options: BatchOptions): void {
  checkOptions<BatchOptions>("batches", options, exampleRules);
  checkValue("batches: batchSize", options.batchSize, positiveInteger);
}

export function checkImageBatchOptions(options: ImageBatchOptions, set: ImageSet): void {
  const [channels] = set.imageShape;
  checkOptions<ImageBatchOptions>("batches", options, imageRules);
  const { batchSize, statistics } = options;
  checkValue("batches: batchSize", batchSize, positiveInteger);
  if (statistics === undefined) return;
  checkValue("batches: statistics: mean", statistics.mean, listOf(finite, channels));
  checkValue("batches: statistics: deviation", statistics.deviation, listOf(nonNegative, channels));
}
