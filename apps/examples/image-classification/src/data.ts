import {
  cifar10,
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
import type { Options } from "./options.ts";

export { describeData };

export interface Data extends TaskData {
  readonly name: Options["dataset"];
  readonly train: ImageSet;
  /** Held-out training images, on which the network is evaluated during training but never trained. */
  readonly heldOut: ImageSet;
  readonly test: ImageSet;
}

const heldOutImages = 2000;
const published = {
  "fashion-mnist": (options: DownloadOptions) => loadSet(fashionMnist, options),
  mnist: (options: DownloadOptions) => loadSet(mnist, options),
  cifar10: (options: DownloadOptions) => loadSet(cifar10, options),
  "cifar10-subset": (options: DownloadOptions) => loadSet(cifar10Subset, options),
};
const syntheticCounts = { train: 60_000, test: 10_000, leastTested: 1000 } as const;

/** Loads the data set that the options name, or synthetic figures. Throws ArgumentError for a batch of more than all images. */
export async function loadData(
  options: Options,
  session: Session & { readonly startedWith: TaskData | undefined },
): Promise<Data> {
  const { dataset, batchSize } = options;
  const data = (await loadPublished(
    {
      name: dataset,
      load: async (download) => {
        const { train, test } = await published[dataset as keyof typeof published](download);
        session.say(`Data: ${dataset}`);
        return divide(train, test, options);
      },
      makeSynthetic: () => makeSynthetic(options),
    },
    session,
  )) as Data;
  const images = data.train.labels.length;
  if (batchSize > images) {
    throw new ArgumentError(
      `--batch-size: found ${batchSize}, expected at most the ${images} training images`,
    );
  }
  return data;
}

/** Whether a report may contain the images: Fashion-MNIST has the MIT license, and synthetic figures are free. */
export const mayBeShown = (name: Data["name"]): boolean => name === "fashion-mnist" || name === syntheticName;

type Parts = Pick<Data, "train" | "heldOut" | "test">;

/** Generates only as many training figures as are used, and fewer test figures for a short run. */
function makeSynthetic(options: Options): Parts {
  const { seed, images } = options;
  const { train: most, test: mostTested, leastTested } = syntheticCounts;
  const count = images === 0 ? most : Math.min(most, images + heldOutImages);
  const tested = images === 0 ? mostTested : Math.min(mostTested, Math.max(leastTested, images));
  const train = syntheticFigures({ count, seed, part: "train" });
  const test = syntheticFigures({ count: tested, seed, part: "test" });
  return divide(train, test, options);
}

function divide(train: ImageSet, test: ImageSet, { images, seed }: Options): Parts {
  const { rest, held } = randomSplit(train, { held: Math.min(heldOutImages, train.labels.length), seed });
  const used = images === 0 ? rest.labels.length : Math.min(images, rest.labels.length);
  const positions = Uint32Array.from({ length: used }, (_, position) => position);
  return { train: selectImages(rest, positions), heldOut: held, test };
}
