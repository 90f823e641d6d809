import { ArgumentError, hostPermutation } from "@evenkeel/tensor";
import type { ImageSet } from "./image-set.ts";
import { imageCount, selectImages } from "./image-set.ts";
import { streams } from "./random-stream.ts";

/**
 * Splits a set at random into one of `held` images and one of the rest; the same for the same seed. Throws ArgumentError
 * unless 0 <= held <= the size of the set.
 *
 * @example const { rest: train, held: validation } = randomSplit(images, { held: 2000, seed: 1 });
 */
export function randomSplit(
  set: ImageSet,
  options: { readonly held: number; readonly seed: number },
): { rest: ImageSet; held: ImageSet } {
  const { held, seed } = options;
  if (!Number.isInteger(held) || held < 0 || held > imageCount(set)) {
    throw new ArgumentError(`held: found ${held}, expected a whole number from 0 to ${imageCount(set)}`);
  }
  const order = hostPermutation(imageCount(set), { seed, stream: streams.split });
  return {
    rest: selectImages(set, order.subarray(held)),
    held: selectImages(set, order.subarray(0, held), `${set.name} (held out)`),
  };
}
