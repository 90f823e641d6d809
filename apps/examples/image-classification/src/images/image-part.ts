import {
  batches,
  type ChannelStatistics,
  compose,
  flipHorizontally,
  type ImageSet,
  selectImages,
  shift,
} from "@evenkeel/datasets";
import type { DataPart, PartOptions } from "./data-part.ts";

/** Images per batch where nothing is trained. */
const evaluationBatchSize = 500;

/** Images in memory. */
export function makeImagePart(
  set: ImageSet,
  { batchSize, seed, augment }: PartOptions,
  statistics: ChannelStatistics,
): DataPart {
  const { labels, classes, imageShape } = set;
  const shuffled = { batchSize, shuffled: true, seed, statistics, dropLast: true };
  const eighth = Math.floor(imageShape[1] / 8);
  return {
    labels,
    classes,
    makeTrainingBatches: () =>
      augment === "none"
        ? batches(set, shuffled)
        : batches(set, { ...shuffled, augment: compose(flipHorizontally(), shift(eighth)) }),
    makeEvaluationBatches: () => batches(set, { batchSize: evaluationBatchSize, statistics }),
    readPicture: async (index) => ({ data: selectImages(set, [index]).images, shape: imageShape }),
  };
}
