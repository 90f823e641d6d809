import { hostPermutation } from "@evenkeel/tensor";
import { seedWord } from "@evenkeel/tensor/checks";
import { streams } from "../random/random-stream.ts";
import type { ImageSet } from "./image-set.ts";
import { checkImageSet, imageCount, selectImages } from "./image-set.ts";
import { checkAllOptions, upTo } from "./option-checks.ts";

export interface RandomSplitOptions {
  /** How many images are held out. */
  readonly held: number;
  readonly seed: number;
}

/**
 * Splits a set at random into one of `held` images and one of the rest; the same for the same seed. Throws ArgumentError
 * unless 0 <= held <= the size of the set, and the seed is an integer in [0, 2^32).
 *
 * @example const { rest: train, held: validation } = randomSplit(images, { held: 2000, seed: 1 });
 */
export function randomSplit(set: ImageSet, options: RandomSplitOptions): { rest: ImageSet; held: ImageSet } {
  const count = imageCount(checkImageSet(set));
  checkAllOptions<RandomSplitOptions>("randomSplit", options, { held: upTo(count), seed: seedWord });
  const { held, seed } = options;
  const order = hostPermutation(count, { seed, stream: streams.split });
  return {
    rest: selectImages(set, order.subarray(held)),
    held: selectImages(set, order.subarray(0, held), `${set.name} (held out)`),
  };
}
