import { readFile } from "node:fs/promises";
import {
  augmentExamples,
  centerCrop,
  compose,
  type ExampleAugmentation,
  type Picture,
  resizeTo,
} from "@evenkeel/datasets";
import { decodeImage } from "@evenkeel/datasets/images";
import { DataError } from "@evenkeel/tensor";

/** Decodes a PNG, JPEG or WebP file. Throws DataError, naming the file, if it cannot be read or is damaged. */
export async function readImageFile(path: string, channels: 1 | 3): Promise<Picture> {
  const bytes = await readFile(path).catch((error: Error) => {
    throw new DataError(`${path}: could not be read: ${error.message}`, { cause: error });
  });
  return decodeImage(bytes, { name: path, channels });
}

/** The sides in pixels of the square that is cut out for evaluation, and of the resized image around it. */
export interface Crop {
  readonly size: number;
  readonly shorterSide: number;
}

/** The published evaluation resizes the shorter side to 256 pixels and cuts 224 x 224 out of the middle (He et al. 2016). */
export const makeEvaluationCrop = (size: number): Crop => ({
  size,
  shorterSide: Math.round((size * 256) / 224),
});

export const cropForEvaluation = ({ size, shorterSide }: Crop): ExampleAugmentation =>
  compose(resizeTo(shorterSide), centerCrop(size));

/** The part of a picture that a network is evaluated on. */
export async function cropPicture(picture: Picture, crop: Crop): Promise<Picture> {
  // Nothing is drawn at random here; the seed only keeps the default source as it is.
  const { image } = await augmentExamples([{ image: picture }], cropForEvaluation(crop), { seed: 0 }).get(0);
  return image;
}
