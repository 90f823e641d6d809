import { ArgumentError, DataError } from "@evenkeel/tensor";
import type { Rule, Rules } from "@evenkeel/tensor/checks";
import { checkValue, getBuiltinName, listOf, positiveInteger, text } from "@evenkeel/tensor/checks";

/** Labelled images in memory, in the form in which files store them. */
export interface ImageSet {
  readonly name: string;
  /** One byte for each channel value, in the order count x channels x height x width. */
  readonly images: Uint8Array;
  /** The class index of each image. */
  readonly labels: Uint8Array | Int32Array;
  readonly imageShape: readonly [channels: number, height: number, width: number];
  /** Names of the classes, in the order of their indices. */
  readonly classes: readonly string[];
}

export const countImages = (set: ImageSet): number => set.labels.length;

export const countValuesPerImage = ({ imageShape: [channels, height, width] }: ImageSet): number =>
  channels * height * width;

const imageSetRules: Rules<ImageSet> = {
  name: text,
  images: /* @__PURE__ */ arrayOf("Uint8Array"),
  labels: /* @__PURE__ */ arrayOf("Uint8Array", "Int32Array"),
  imageShape: /* @__PURE__ */ listOf(positiveInteger, 3),
  classes: /* @__PURE__ */ listOf(text),
};

const record: Rule = {
  expected: `an object with ${Object.keys(imageSetRules).join(", ")}`,
  accepts: (value) => typeof value === "object" && value !== null,
};

function arrayOf(...names: readonly string[]): Rule {
  return { expected: names.join(" or "), accepts: (value) => names.includes(getBuiltinName(value)) };
}

/**
 * Returns the set unchanged. Throws DataError unless pixels and labels fit the shape, each other and the classes; the message
 * names the first label that has no class. Throws ArgumentError for parts of a wrong type.
 *
 * @example const set = checkImageSet({ name: "mine", images, labels, imageShape: [1, 28, 28], classes: ["no", "yes"] });
 */
export function checkImageSet(set: ImageSet): ImageSet {
  checkValue("image set", set, record);
  for (const [part, rule] of Object.entries(imageSetRules)) {
    checkValue(`image set: ${part}`, set[part as keyof ImageSet], rule);
  }
  const { name, images, labels, classes } = set;
  const expected = countImages(set) * countValuesPerImage(set);
  if (images.length !== expected) {
    throw new DataError(
      `${name}: found ${images.length} bytes of pixels and ${labels.length} labels, expected ${expected} bytes`,
    );
  }
  const stray = labels.findIndex((label) => !(label >= 0 && label < classes.length));
  if (stray >= 0) {
    throw new DataError(
      `${name}: label ${stray}: found ${labels[stray]}, expected 0 to ${classes.length - 1}`,
    );
  }
  return set;
}

/** A new set of the images at the given positions. Throws ArgumentError for a position outside the set. */
export function selectImages(set: ImageSet, positions: ArrayLike<number>, name?: string): ImageSet {
  checkImageSet(set);
  const size = countValuesPerImage(set);
  const images = new Uint8Array(positions.length * size);
  const labels = new Int32Array(positions.length);
  for (let index = 0; index < positions.length; index++) {
    const position = positions[index]!;
    if (!(Number.isInteger(position) && position >= 0 && position < countImages(set))) {
      throw new ArgumentError(
        `positions: found ${position}, expected integers from 0 to ${countImages(set) - 1}`,
      );
    }
    images.set(set.images.subarray(position * size, (position + 1) * size), index * size);
    labels[index] = set.labels[position]!;
  }
  return { ...set, name: name ?? set.name, images, labels };
}

/** The mean and standard deviation of each channel, for values scaled to [0, 1]. `batches` normalizes with them. */
export interface ChannelStatistics {
  readonly mean: readonly number[];
  /** 0 for a constant channel, which is not scaled. */
  readonly deviation: readonly number[];
}

/** The statistics of ImageNet's training images, which most pretrained models expect. */
export const imageNetStatistics: ChannelStatistics = {
  mean: [0.485, 0.456, 0.406],
  deviation: [0.229, 0.224, 0.225],
};

/** Statistics of a whole set, from exact integer histograms. Throws DataError for an empty set. */
export function computeChannelStatistics(set: ImageSet): ChannelStatistics {
  checkImageSet(set);
  if (countImages(set) === 0) throw new DataError(`${set.name}: found no images, expected at least one`);
  const [channels, height, width] = set.imageShape;
  const area = height * width;
  const moments = Array.from({ length: channels }, (_, channel) => {
    const histogram = new Float64Array(256);
    for (let start = channel * area; start < set.images.length; start += channels * area) {
      for (let pixel = start; pixel < start + area; pixel++) histogram[set.images[pixel]!]!++;
    }
    return computeMoments(histogram, countImages(set) * area);
  });
  return { mean: moments.map(({ mean }) => mean), deviation: moments.map(({ deviation }) => deviation) };
}

function computeMoments(histogram: Float64Array, count: number): { mean: number; deviation: number } {
  const mean = histogram.reduce((sum, times, value) => sum + times * (value / 255), 0) / count;
  const variance =
    histogram.reduce((sum, times, value) => sum + times * (value / 255 - mean) ** 2, 0) / count;
  return { mean, deviation: Math.sqrt(variance) };
}

/** The normalized value of each byte, for each channel. A constant channel is not scaled. */
export function computeNormalizationTables({ mean, deviation }: ChannelStatistics): Float32Array[] {
  return mean.map((center, channel) => {
    const scale = deviation[channel]! > 0 ? deviation[channel]! : 1;
    return Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - center) / scale);
  });
}
