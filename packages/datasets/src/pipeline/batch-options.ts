import type { Backend, Seed } from "@evenkeel/tensor";
import { ArgumentError, aDType } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import {
  aBackend,
  anything,
  aSeed,
  callable,
  checkOptions,
  checkValue,
  finite,
  isRecord,
  listOf,
  nonNegative,
  nonNegativeInteger,
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import type { ExampleAugmentation } from "../augment/annotated-image.ts";
import type { Augmentation } from "../augment/augmentation.ts";
import { anAugmentation } from "../augment/compose.ts";
import type { Collated } from "../examples/collate.ts";
import type { DTypes } from "../examples/host-data.ts";
import type { ChannelStatistics, ImageSet } from "../images/image-set.ts";
import type { BatchSampler, Sampler } from "../sampling/sampler.ts";
import { aBatchSampler, aSampler } from "../sampling/sampler.ts";

/** The options for examples that come as batches of tensors. */
interface LoadingOptions<Example, By> {
  /**
   * Joins the examples of a batch: a function for all, or functions by part, such as `{ inputs: padCollate() }`. Default: parts are
   * stacked.
   */
  readonly collate?: By;
  /** The dtypes of parts by name, such as `{ labels: "i32" }`. Default: the same as for `tensor`, f32 for numbers. */
  readonly dtypes?: DTypes<Collated<Example, By>>;
  /** The number of batches that are prepared while one is in use. Default: 1. */
  readonly prefetched?: number;
  /**
   * The backend of the tensors. Default: the one that is passed to `epoch`, otherwise the one that `selectBackend`
   * opened.
   */
  readonly backend?: Backend;
}

/** The options for dividing a stream of examples into batches. */
export interface StreamBatchOptions<Example = unknown, By = undefined> extends LoadingOptions<Example, By> {
  readonly batchSize: number;
  /** Whether an incomplete last batch is left out. Default: false. */
  readonly dropLast?: boolean;
}

/** The options for dividing examples into batches. */
export interface BatchOptions<Example = unknown, By = undefined> extends StreamBatchOptions<Example, By> {
  /**
   * Whether examples come in a random order, which depends only on the seed and the epoch. Default: false, in their own
   * order.
   */
  readonly shuffled?: boolean | undefined;
  /** The seed of shuffling and augmentation. Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed | undefined;
  /** The order of examples in place of `shuffled`, such as from `weightedRandomSampler`. */
  readonly sampler?: Sampler | undefined;
  /** Called with a message about a likely mistake, such as a last batch of one example. Default: `console.warn`. */
  readonly onWarning?: (message: string) => void;
}

/** The options for examples whose batches a sampler composes. */
export interface SampledBatchOptions<Example = unknown, By = undefined> extends LoadingOptions<Example, By> {
  /** The examples of each batch, such as from `bucketByLength`. */
  readonly batchSampler: BatchSampler;
}

/** The options for dividing images into batches. */
export interface ImageBatchOptions extends Omit<BatchOptions, "dtypes" | "collate"> {
  /** The statistics for normalization; pass the training set's for every split. Default: the set's own. */
  readonly statistics?: ChannelStatistics;
  /** Changes each image in each epoch; the changes depend on the seed. */
  readonly augment?: Augmentation | ExampleAugmentation;
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

const aCollate: Rule = {
  expected: "a function, or a record of functions",
  accepts: (value) => typeof value === "function" || (typeof value === "object" && value !== null),
};

const commonRules = { prefetched: nonNegativeInteger, backend: aBackend };
const examplesRules = { dtypes, collate: aCollate };
const sizeRules = { batchSize: positiveInteger, dropLast: yesOrNo };

/** The rules of the options for examples whose number is known. */
const orderRules = { shuffled: yesOrNo, seed: aSeed, sampler: aSampler, onWarning: callable };

export function checkStreamBatchOptions(options: StreamBatchOptions): void {
  const rules = { ...commonRules, ...sizeRules, ...examplesRules };
  checkOptions<StreamBatchOptions>("batches", options, rules, ["batchSize"]);
}

export function checkBatchOptions(options: BatchOptions | SampledBatchOptions): void {
  if (typeof options === "object" && options !== null && "batchSampler" in options) {
    const rules = { ...commonRules, ...examplesRules, batchSampler: aBatchSampler };
    checkOptions<SampledBatchOptions>("batches", options, rules, ["batchSampler"]);
    return;
  }
  const rules = { ...commonRules, ...sizeRules, ...examplesRules, ...orderRules };
  checkOptions<BatchOptions>("batches", options, rules, ["batchSize"]);
  checkOrder(options);
}

/** An option without effect most likely means that the set was meant to be shuffled. */
function checkOrder({
  seed,
  shuffled,
  sampler,
  augment,
}: Pick<ImageBatchOptions, "seed" | "shuffled" | "sampler" | "augment">): void {
  if (sampler !== undefined && shuffled !== undefined) {
    throw new ArgumentError("batches: sampler: found a sampler and `shuffled`, expected one of them");
  }
  if (seed === undefined || shuffled !== undefined || augment !== undefined) return;
  throw new ArgumentError("batches: seed: found a seed without `shuffled: true`, expected both");
}

export function checkImageBatchOptions(options: ImageBatchOptions, set: ImageSet): void {
  const [channels] = set.imageShape;
  const rules = {
    ...commonRules,
    ...sizeRules,
    ...orderRules,
    augment: anAugmentation,
    statistics: anything,
  };
  checkOptions<ImageBatchOptions>("batches", options, rules, ["batchSize"]);
  checkOrder(options);
  const { statistics } = options;
  if (statistics === undefined) return;
  checkValue("batches: statistics: mean", statistics.mean, listOf(finite, channels));
  checkValue("batches: statistics: deviation", statistics.deviation, listOf(nonNegative, channels));
}
