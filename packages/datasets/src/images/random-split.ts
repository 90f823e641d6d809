import type { Seed } from "@evenkeel/tensor";
import { drawPermutation } from "@evenkeel/tensor";
import { aSeed, checkOptions } from "@evenkeel/tensor/checks";
import { streams, toSeedNumber } from "../random/random-stream.ts";
import type { ImageSet } from "./image-set.ts";
import { checkImageSet, countImages, selectImages } from "./image-set.ts";
import { upTo } from "./option-checks.ts";

export interface RandomSplitOptions {
  /** The number of images that are held out. */
  readonly held: number;
  /** Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed | undefined;
}

/**
 * Splits a set at random into `held` images and the rest. The same seed gives the same split. Throws ArgumentError
 * unless 0 <= held <= the size of the set, and the seed is an integer in [0, 2^32) or a RandomSource.
 *
 * @example const { rest: train, held: validation } = randomSplit(images, { held: 2000, seed: 1 });
 */
export function randomSplit(set: ImageSet, options: RandomSplitOptions): { rest: ImageSet; held: ImageSet } {
  const count = countImages(checkImageSet(set));
  checkOptions<RandomSplitOptions>("randomSplit", options, { held: upTo(count), seed: aSeed }, ["held"]);
  const { held } = options;
  const order = drawPermutation(count, { seed: toSeedNumber(options.seed), stream: streams.split });
  return {
    rest: selectImages(set, order.subarray(held)),
    held: selectImages(set, order.subarray(0, held), `${set.name} (held out)`),
  };
}
