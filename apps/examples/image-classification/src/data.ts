import {
  cifar10,
  computeChannelStatistics,
  fashionMnist,
  type ImageSet,
  mnist,
  randomSplit,
  selectImages,
  syntheticFigures,
} from "@evenkeel/datasets";
import { loadPublished as loadSet } from "@evenkeel/datasets/node";
import {
  type DownloadOptions,
  describeData,
  loadPublished,
  type Session,
  syntheticName,
  type TaskData,
} from "@evenkeel/example-task";
import { ArgumentError } from "@evenkeel/tensor";
import { cifar10Subset } from "./cifar10-subset.ts";
import type { DataPart, InputForm } from "./images/data-part.ts";
import { openFolderParts } from "./images/folder-parts.ts";
import { makeImagePart } from "./images/image-part.ts";
import type { Options } from "./options.ts";

export { describeData };

export interface Data extends TaskData, InputForm {
  readonly name: Options["dataset"];
  readonly train: DataPart;
  /** Held-out training images, on which the network is evaluated during training but never trained. */
  readonly heldOut: DataPart;
  readonly test: DataPart;
}

const heldOutImages = 2000;
const published = {
  "fashion-mnist": (options: DownloadOptions) => loadSet(fashionMnist, options),
  mnist: (options: DownloadOptions) => loadSet(mnist, options),
  cifar10: (options: DownloadOptions) => loadSet(cifar10, options),
  "cifar10-subset": (options: DownloadOptions) => loadSet(cifar10Subset, options),
};
const syntheticCounts = { train: 60_000, test: 10_000, leastTested: 1000 } as const;

/**
 * Loads the data set that the options name, or synthetic figures. Throws ArgumentError for a folder that is not one of images, and for
 * a batch of more than all images.
 */
export async function loadData(
  options: Options,
  session: Session & { readonly startedWith: TaskData | undefined },
): Promise<Data> {
  const { dataset, batchSize } = options;
  checkFolder(options);
  const data = dataset === "folder" ? await openFolder(options, session) : await loadImages(options, session);
  const images = data.train.labels.length;
  if (batchSize > images) {
    throw new ArgumentError(
      `--batch-size: found ${batchSize}, expected at most the ${images} training images`,
    );
  }
  return data;
}

function checkFolder({ dataset, folder }: Options): void {
  if ((dataset === "folder") === (folder !== "")) return;
  throw new ArgumentError(
    folder === ""
      ? "--folder: found none, expected the folder of the images for --dataset folder"
      : `--folder: found ${folder} for --dataset ${dataset}, expected --dataset folder`,
  );
}

/** Whether a report may contain the images: Fashion-MNIST has the MIT license, and the others are free or the user's own. */
export const mayBeShown = (name: Data["name"]): boolean =>
  name === "fashion-mnist" || name === "folder" || name === syntheticName;

type Parts = Omit<Data, keyof TaskData>;

async function openFolder(options: Options, { say }: Session): Promise<Data> {
  const parts = await openFolderParts(options);
  const [train, heldOut, test] = [parts.train, parts.heldOut, parts.test].map(({ labels }) => labels.length);
  say(
    `Data: ${options.folder}: ${train} training images, ${heldOut} held out, ${test} for the test, ${parts.test.classes.length} classes`,
  );
  return { name: "folder", insteadOf: null, ...parts };
}

async function loadImages(
  options: Options,
  session: Session & { readonly startedWith: TaskData | undefined },
): Promise<Data> {
  const { dataset } = options;
  const load = async (download: DownloadOptions): Promise<Parts> => {
    const { train, test } = await published[dataset as keyof typeof published](download);
    session.say(`Data: ${dataset}`);
    return divide(train, test, options);
  };
  const makeSynthetic = (): Parts => drawFigures(options);
  return (await loadPublished({ name: dataset, load, makeSynthetic }, session)) as Data;
}

/** Generates only as many training figures as are used, and fewer test figures for a short run. */
function drawFigures(options: Options): Parts {
  const { seed, images } = options;
  const { train: most, test: mostTested, leastTested } = syntheticCounts;
  const count = images === 0 ? most : Math.min(most, images + heldOutImages);
  const tested = images === 0 ? mostTested : Math.min(mostTested, Math.max(leastTested, images));
  const train = syntheticFigures({ count, seed, part: "train" });
  const test = syntheticFigures({ count: tested, seed, part: "test" });
  return divide(train, test, options);
}

function divide(all: ImageSet, test: ImageSet, options: Options): Parts {
  const { images, seed } = options;
  const { rest, held } = randomSplit(all, { held: Math.min(heldOutImages, all.labels.length), seed });
  const used = images === 0 ? rest.labels.length : Math.min(images, rest.labels.length);
  const train = selectImages(
    rest,
    Uint32Array.from({ length: used }, (_, position) => position),
  );
  const statistics = computeChannelStatistics(train);
  const makePart = (set: ImageSet): DataPart => makeImagePart(set, options, statistics);
  return {
    imageShape: train.imageShape,
    statistics,
    train: makePart(train),
    heldOut: makePart(held),
    test: makePart(test),
  };
}
