import {
  augmentExamples,
  type ChannelStatistics,
  compose,
  type ExampleAugmentation,
  type NormalizedPicture,
  randomHorizontalFlip,
  randomResizedCrop,
} from "@evenkeel/datasets";
import { type Crop, cropForEvaluation, readImageFile } from "./image-file.ts";

/** An image to be read, and what becomes of it. */
export interface ImageRequest {
  readonly path: string;
  readonly label: number;
  readonly crop: Crop;
  readonly statistics: ChannelStatistics;
  /** The random changes of an image depend on these numbers alone; absent, it is cut out as for evaluation. */
  readonly augmented?: { readonly seed: number; readonly epoch: number; readonly index: number } | undefined;
}

export interface PreparedImage {
  readonly inputs: NormalizedPicture;
  readonly labels: number;
}

/** Reads an image in a worker. Throws DataError, naming the file, if it cannot be read or is damaged. */
export default async function prepareImage(request: ImageRequest): Promise<PreparedImage> {
  const { path, label, crop, statistics, augmented } = request;
  const { seed, epoch, index } = augmented ?? { seed: 0, epoch: 0, index: 0 };
  const example = { image: await readImageFile(path, 3), labels: label };
  const change = augmented === undefined ? cropForEvaluation(crop) : cropAtRandom(crop);
  return augmentExamples({ length: index + 1, get: () => example }, change, { seed, statistics }).get(
    index,
    epoch,
  );
}

/** A part of 8 to 100 % of the image, mirrored or not (Szegedy et al. 2015, section 6). */
const cropAtRandom = ({ size }: Crop): ExampleAugmentation =>
  compose(randomResizedCrop(size), randomHorizontalFlip());
