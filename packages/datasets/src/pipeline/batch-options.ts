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

/** How a stream of examples is cut into batches. */
export interface StreamBatchOptions<Example = unknown> {
  readonly batchSize: number;
  /** Leaves out a last batch that is not full. Default: false. */
  readonly dropLast?: boolean;
  /** The dtypes of parts by name, such as `{ labels: "i32" }`. Default: as `tensor` has it, f32 for numbers. */
  readonly dtypes?: DTypes<Example>;
  /**
   * The backend of the tensors. Default: the one that is passed to `epoch`, otherwise the one that `selectBackend`
   * opened.
   */
  readonly backend?: Backend;
}

/** How examples are cut into batches. */
export interface BatchOptions<Example = unknown> extends StreamBatchOptions<Example> {
  /** In an order that follows from the seed and the epoch alone. Default: false, in the order of the examples. */
  readonly shuffled?: boolean | undefined;
  /** The seed of shuffling and augmentation. Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed | undefined;
  /** Called with a message about what is likely to be a mistake, such as a last batch of one example. Default: `console.warn`. */
  readonly onWarning?: (message: string) => void;
}

/** How images are cut into batches. */
export interface ImageBatchOptions extends Omit<BatchOptions, "dtypes"> {
  /** The statistics for normalization; pass the training set's for every split. Default: the set's own. */
  readonly statistics?: ChannelStatistics;
  /** Changes each image anew in each epoch, by the seed. */
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

/** For examples whose number is known. */
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

/** A seed that decides nothing is most likely a set that was meant to be shuffled. */
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
