import { join } from "node:path";
import {
  batches,
  type Dataset,
  imageNetStatistics,
  mapInWorkers,
  randomSplit,
  subset,
} from "@evenkeel/datasets";
import { type ImageFolder, openImageFolder } from "@evenkeel/datasets/node";
import { ArgumentError, DataError, EvenkeelError } from "@evenkeel/tensor";
import type { Options } from "../options.ts";
import type { DataPart, InputForm } from "./data-part.ts";
import { type Crop, cropPicture, makeEvaluationCrop, readImageFile } from "./image-file.ts";
import type { ImageRequest, PreparedImage } from "./prepare-image.ts";

/** The images of a folder, which are read when they are needed. */
export interface FolderParts extends InputForm {
  readonly train: DataPart;
  readonly heldOut: DataPart;
  readonly test: DataPart;
}

/** An image that cannot be read when it is needed. The checkpoint of a resumed run is not to blame, as it is for a DataError. */
class ImageFileError extends EvenkeelError {
  override readonly name = "ImageFileError";
}

interface Entry {
  readonly path: string;
  readonly label: number;
}

/** As many as of the sets in memory, but no more than a tenth. */
const countHeldOut = (images: number): number => Math.min(2000, Math.max(1, Math.round(images / 10)));

/**
 * Opens `train` and `val` of a folder, each with a folder of images for each class. A part of the training images, with its share of each
 * class, is held out. Throws ArgumentError for a folder of another form.
 */
export async function openFolderParts(options: Options): Promise<FolderParts> {
  const { folder, size, seed, images } = options;
  const train = await openPart(folder, "train");
  const test = await openPart(folder, "val", train.classes);
  const entries = [train, test].flatMap(listEntries);
  const split = randomSplit([...train.files.keys()], {
    held: countHeldOut(train.length),
    seed,
    stratify: train.labels,
  });
  const rest = await readAll(split.rest);
  const positions = {
    train: images === 0 ? rest : rest.slice(0, images),
    heldOut: await readAll(split.held),
    test: [...test.files.keys()].map((index) => train.length + index),
  };
  const crop = makeEvaluationCrop(size);
  const prepared = prepareInWorkers(entries, crop, options);
  const makePart = (chosen: readonly number[]): DataPart =>
    makeFolderPart({ entries, positions: chosen, classes: train.classes, crop, prepared }, options);
  return {
    imageShape: [3, size, size],
    statistics: imageNetStatistics,
    shorterSide: crop.shorterSide,
    train: makePart(positions.train),
    heldOut: makePart(positions.heldOut),
    test: makePart(positions.test),
  };
}

async function openPart(folder: string, part: string, classes?: readonly string[]): Promise<ImageFolder> {
  const path = join(folder, part);
  try {
    const found = await openImageFolder(path, { channels: 3, ...(classes && { classes }) });
    const labels = new Set(found.labels);
    const missing = found.classes.find((_, label) => !labels.has(label));
    if (missing === undefined) return found;
    throw new DataError(`${path}: found no folder ${missing}, expected one for each class of train`);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new ArgumentError(`--folder: ${error.message}`, { cause: error });
  }
}

const listEntries = ({ files, labels }: ImageFolder): Entry[] =>
  files.map((path, index) => ({ path, label: labels[index]! }));

const readAll = (numbers: Dataset<number>): Promise<number[]> =>
  Promise.all(Array.from({ length: numbers.length }, (_, index) => numbers.get(index)));

/** The images of all parts in one pool of workers: each as for training, and behind all of these each as for evaluation. */
function prepareInWorkers(
  entries: readonly Entry[],
  crop: Crop,
  { seed, augment, threads }: Options,
): Dataset<PreparedImage> {
  const { length } = entries;
  const requests: Dataset<ImageRequest> = {
    length: 2 * length,
    get: (position, epoch = 0) => {
      const index = position % length;
      const isAugmented = position < length && augment !== "none";
      return {
        ...entries[index]!,
        crop,
        statistics: imageNetStatistics,
        ...(isAugmented && { augmented: { seed, epoch, index } }),
      };
    },
  };
  const module = new URL("prepare-image.ts", import.meta.url);
  const workers = threads === 0 ? undefined : threads;
  const prepared = mapInWorkers<ImageRequest, PreparedImage>(requests, module, { workers });
  const get = async (position: number, epoch?: number): Promise<PreparedImage> => {
    try {
      return await prepared.get(position, epoch);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      // The cause names the file.
      throw new ImageFileError((error.cause as Error).message, { cause: error });
    }
  };
  return { length: requests.length, get };
}

interface FolderPart {
  readonly entries: readonly Entry[];
  /** The positions of the images of the part among all entries. */
  readonly positions: readonly number[];
  readonly classes: readonly string[];
  readonly crop: Crop;
  readonly prepared: Dataset<PreparedImage>;
}

function makeFolderPart(
  { entries, positions, classes, crop, prepared }: FolderPart,
  { batchSize, seed }: Options,
): DataPart {
  const dtypes = { labels: "i32" } as const;
  const asForEvaluation = positions.map((position) => entries.length + position);
  return {
    labels: Int32Array.from(positions, (position) => entries[position]!.label),
    classes,
    makeTrainingBatches: () =>
      batches(subset(prepared, positions), { batchSize, shuffled: true, seed, dropLast: true, dtypes }),
    makeEvaluationBatches: () =>
      batches(subset(prepared, asForEvaluation), {
        batchSize,
        dtypes,
        // Of a last batch with one image, which evaluation can use.
        onWarning: () => undefined,
      }),
    readPicture: async (index) => cropPicture(await readImageFile(entries[positions[index]!]!.path, 3), crop),
  };
}
