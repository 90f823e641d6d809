import type { Seed } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { aSeed, checkOptions, checkValue, finite, listOf, nonNegative } from "@evenkeel/tensor/checks";
import type { Dataset } from "../examples/dataset.ts";
import type { ChannelStatistics } from "../images/image-set.ts";
import { computeNormalizationTables } from "../images/image-set.ts";
import type { Picture } from "../images/picture.ts";
import { getPlane } from "../images/picture.ts";
import { makeStreamOfExample, streams, toSeedNumber } from "../random/random-stream.ts";
import type { Examples } from "../sets/combine.ts";
import { checkExamples } from "../sets/combine.ts";
import type { AnnotatedImage, ExampleAugmentation } from "./annotated-image.ts";
import { anExampleAugmentation } from "./annotated-image.ts";

/** The values of an image as numbers, in the order channels x height x width. */
export interface NormalizedPicture {
  readonly data: Float32Array;
  readonly shape: readonly [channels: number, height: number, width: number];
}

export interface AugmentExamplesOptions<Statistics = ChannelStatistics | undefined> {
  /** Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed;
  /**
   * With them, examples have normalized `inputs` instead of an `image` of bytes: (x / 255 - mean) / deviation of each channel,
   * after augmentation.
   */
  readonly statistics?: Statistics;
}

/** An example with inputs instead of an image if there are statistics. */
export type Augmented<Example, Statistics> = Statistics extends ChannelStatistics
  ? Omit<Example, "image"> & { readonly inputs: NormalizedPicture }
  : Example;

const statisticsRule: Rule = {
  expected: "the mean and the deviation of each channel",
  accepts: (value) => {
    const { mean, deviation } = (value ?? {}) as { readonly mean?: unknown; readonly deviation?: unknown };
    return listOf(finite).accepts(mean) && listOf(nonNegative, (mean as number[]).length).accepts(deviation);
  },
};

/**
 * A dataset whose examples are changed at random in each epoch. The changes of an example depend only on the seed, the epoch and its
 * index, not on the order in which examples are read. Throws ArgumentError for wrong arguments.
 *
 * @example augmentExamples([{ image: { data: new Uint8Array(12), shape: [3, 2, 2] }, labels: 1 }], randomHorizontalFlip(), { seed: 1 }).length // 1
 */
export function augmentExamples<
  Example extends AnnotatedImage,
  Statistics extends ChannelStatistics | undefined = undefined,
>(
  examples: Examples<Example>,
  augment: ExampleAugmentation,
  options: AugmentExamplesOptions<Statistics> = {},
): Dataset<Augmented<Example, Statistics>> {
  const dataset = checkExamples("augmentExamples: examples", examples);
  checkValue("augmentExamples: augment", augment, anExampleAugmentation);
  checkOptions<AugmentExamplesOptions>("augmentExamples", options, {
    seed: aSeed,
    statistics: statisticsRule,
  });
  const seed = toSeedNumber(options.seed);
  const finish = makeNormalization(options.statistics);
  return {
    length: dataset.length,
    get: async (index, epoch = 0) => {
      const random = makeStreamOfExample(seed, streams.augment + epoch, index);
      const example = augment.apply(await dataset.get(index, epoch), random);
      return finish(example) as Augmented<Example, Statistics>;
    },
  };
}

function makeNormalization(statistics: ChannelStatistics | undefined): (example: AnnotatedImage) => unknown {
  if (statistics === undefined) return (example) => example;
  const tables = computeNormalizationTables(statistics);
  return ({ image, ...parts }) => {
    const [channels] = image.shape;
    checkValue("augmentExamples: statistics: mean", statistics.mean, listOf(finite, channels));
    return { inputs: normalize(image, tables), ...parts };
  };
}

function normalize(picture: Picture, tables: readonly Float32Array[]): NormalizedPicture {
  const data = new Float32Array(picture.data.length);
  const area = data.length / tables.length;
  tables.forEach((table, channel) => {
    const plane = getPlane(picture, channel);
    for (let pixel = 0; pixel < area; pixel++) data[channel * area + pixel] = table[plane[pixel]!]!;
  });
  return { data, shape: picture.shape };
}
