import type { Backend, Seed } from "@evenkeel/tensor";
import { ArgumentError, aDType } from "@evenkeel/tensor";
import type { Rule, Rules } from "@evenkeel/tensor/checks";
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
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import type { ChannelStatistics, ImageSet } from "../images/image-set.ts";
import type { Augmentation } from "./augment.ts";
import type { DTypes } from "./host-data.ts";

/** The options for dividing a stream of examples into batches. */
export interface StreamBatchOptions<Example = unknown> {
  readonly batchSize: number;
  /** Whether an incomplete last batch is left out. Default: false. */
  readonly dropLast?: boolean;
  /** The dtypes of parts by name, such as `{ labels: "i32" }`. Default: the same as for `tensor`, f32 for numbers. */
  readonly dtypes?: DTypes<Example>;
  /**
   * The backend of the tensors. Default: the one that is passed to `epoch`, otherwise the one that `selectBackend`
   * opened.
   */
  readonly backend?: Backend;
}

/** The options for dividing examples into batches. */
export interface BatchOptions<Example = unknown> extends StreamBatchOptions<Example> {
  /**
   * Whether examples come in a random order, which depends only on the seed and the epoch. Default: false, in their own
   * order.
   */
  readonly shuffled?: boolean | undefined;
  /** The seed of shuffling and augmentation. Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed | undefined;
  /** Called with a message about a likely mistake, such as a last batch of one example. Default: `console.warn`. */
  readonly onWarning?: (message: string) => void;
}

/** The options for dividing images into batches. */
export interface ImageBatchOptions extends Omit<BatchOptions, "dtypes"> {
  /** The statistics for normalization; pass the training set's for every split. Default: the set's own. */
  readonly statistics?: ChannelStatistics;
  /** Changes each image in each epoch; the changes depend on the seed. */
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

const commonRules = { batchSize: positiveInteger, dropLast: yesOrNo, backend: aBackend };

/** The rules of the options for examples whose number is known. */
const sizedRules = { shuffled: yesOrNo, seed: aSeed, onWarning: callable };

function checkBatching<Options extends { readonly batchSize: number }>(
  options: Options,
  rules: Rules<Options>,
): void {
  checkOptions<Options>("batches", options, rules);
  checkValue("batches: batchSize", options.batchSize, positiveInteger);
}

export function checkStreamBatchOptions(options: StreamBatchOptions): void {
  checkBatching<StreamBatchOptions>(options, { ...commonRules, dtypes });
}

export function checkBatchOptions(options: BatchOptions): void {
  checkBatching<BatchOptions>(options, { ...commonRules, ...sizedRules, dtypes });
  checkSeedIsUsed(options);
}

/** A seed without effect most likely means that the set was meant to be shuffled. */
function checkSeedIsUsed({
  seed,
  shuffled,
  augment,
}: BatchOptions & Pick<ImageBatchOptions, "augment">): void {
  if (seed === undefined || shuffled !== undefined || augment !== undefined) return;
  throw new ArgumentError("batches: seed: found a seed without `shuffled: true`, expected both");
}

export function checkImageBatchOptions(options: ImageBatchOptions, set: ImageSet): void {
  const [channels] = set.imageShape;
  checkBatching<ImageBatchOptions>(options, {
    ...commonRules,
    ...sizedRules,
    augment: callable,
    statistics: anything,
  });
  checkSeedIsUsed(options);
  const { statistics } = options;
  if (statistics === undefined) return;
  checkValue("batches: statistics: mean", statistics.mean, listOf(finite, channels));
  checkValue("batches: statistics: deviation", statistics.deviation, listOf(nonNegative, channels));
}
