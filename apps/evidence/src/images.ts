import { fashionMnist, type ImageSet, mnist, type PublishedImages } from "@evenkeel/datasets";
import { loadPublished } from "@evenkeel/datasets/node";
import { DataError } from "@evenkeel/tensor";

/** Images as numbers, with their classes. */
export interface LabelledImages {
  readonly inputs: {
    readonly data: Float32Array;
    readonly shape: readonly [n: number, channels: number, height: number, width: number];
  };
  readonly labels: Int32Array;
}

const sets: { readonly mnist: PublishedImages; readonly "fashion-mnist": PublishedImages } = {
  mnist,
  "fashion-mnist": fashionMnist,
};

/**
 * The first images of a published set for training and for the test, and the last ones of its training images to choose a learning
 * rate by. Pixels become 0 or 1 if they are binary, and have mean 0 and deviation 1 over the training images otherwise.
 */
export async function loadImages(
  name: keyof typeof sets,
  {
    train,
    heldOut = 0,
    test,
    isBinary = false,
    signal,
  }: {
    readonly train: number;
    readonly heldOut?: number;
    readonly test: number;
    readonly isBinary?: boolean;
    readonly signal: AbortSignal;
  },
): Promise<{
  readonly train: LabelledImages;
  /** Absent if none were asked for. */
  readonly heldOut?: LabelledImages;
  readonly test: LabelledImages;
}> {
  const published = await loadPublished(sets[name], { signal });
  const { length } = published.train.labels;
  if (train + heldOut > length)
    throw new DataError(`${name}: found ${length} training images, expected ${train + heldOut} or more`);
  const pixels = published.train.images.subarray(0, train * countPixels(published.train));
  const convert = isBinary ? (byte: number) => (byte >= 128 ? 1 : 0) : standardize(pixels);
  return {
    train: take(published.train, [0, train], convert),
    ...(heldOut > 0 && { heldOut: take(published.train, [length - heldOut, length], convert) }),
    test: take(published.test, [0, Math.min(test, published.test.labels.length)], convert),
  };
}

const countPixels = ({ imageShape: [channels, height, width] }: ImageSet): number =>
  channels * height * width;

function standardize(pixels: Uint8Array): (byte: number) => number {
  const counts = new Array<number>(256).fill(0);
  for (const byte of pixels) counts[byte]!++;
  const average = (of: (byte: number) => number): number =>
    counts.reduce((sum, count, byte) => sum + count * of(byte), 0) / pixels.length;
  const mean = average((byte) => byte);
  const deviation = Math.sqrt(average((byte) => (byte - mean) ** 2));
  return (byte) => (byte - mean) / deviation;
}

function take(
  set: ImageSet,
  [start, end]: readonly [start: number, end: number],
  convert: (byte: number) => number,
): LabelledImages {
  const table = Float32Array.from({ length: 256 }, (_, byte) => convert(byte));
  const bytes = set.images.subarray(start * countPixels(set), end * countPixels(set));
  return {
    inputs: {
      data: Float32Array.from(bytes, (byte) => table[byte]!),
      shape: [end - start, ...set.imageShape],
    },
    labels: Int32Array.from(set.labels.subarray(start, end)),
  };
}
