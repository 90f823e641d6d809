import {
  fashionMnist,
  type ImageSet,
  mnist,
  randomSplit,
  selectImages,
  syntheticFigures,
} from "@evenkeel/datasets";
import { DownloadError, loadImages } from "@evenkeel/datasets/node";
import { DataError } from "@evenkeel/tensor";
import type { Options } from "./options.ts";
import { progressLine } from "./progress.ts";

export interface Data {
  readonly name: string;
  readonly synthetic: boolean;
  readonly train: ImageSet;
  /** Training images that are looked at while training, and never trained on. */
  readonly heldOut: ImageSet;
  readonly test: ImageSet;
}

const heldOutImages = 2000;
const published = { "fashion-mnist": fashionMnist, mnist } as const;
const syntheticName = "synthetic";
const syntheticCounts = { train: 60_000, test: 10_000 } as const;

/**
 * The data set that the options name; drawn figures stand in for it where nothing can be reached. Throws DataError where a
 * resumed run had begun with data that cannot be reached any more.
 */
export async function loadData(options: Options, say: (line: string) => void): Promise<Data> {
  if (options.dataset === "synthetic" || options.trainedOn === syntheticName) return synthetic(options);
  const set = published[options.dataset];
  const line = progressLine();
  try {
    const { train, test, folder } = await loadImages(set, {
      onProgress: (file, bytes, totalBytes) =>
        line.update({
          label: `Downloading ${file}`,
          done: Math.round(bytes / 1024),
          total: Math.round(totalBytes / 1024),
          detail: "KiB",
        }),
    });
    line.finish();
    say(`Data: ${set.name} from ${folder}`);
    return parts(set.name, false, train, test, options);
  } catch (error) {
    line.finish();
    if (!(error instanceof DownloadError)) throw error;
    if (options.trainedOn !== undefined) {
      throw new DataError(
        `the run was begun on ${options.trainedOn}, which cannot be reached now: ${error.message}`,
        { cause: error },
      );
    }
    say(
      `Data: synthetic figures, drawn here: ${set.name} is not on this machine and could not be downloaded.`,
    );
    return synthetic(options);
  }
}

/** No more figures are drawn than are used. */
function synthetic(options: Options): Data {
  const { seed, images } = options;
  const count =
    images === 0 ? syntheticCounts.train : Math.min(syntheticCounts.train, images + heldOutImages);
  const train = syntheticFigures({ count, seed, part: "train" });
  const test = syntheticFigures({ count: syntheticCounts.test, seed, part: "test" });
  return parts(syntheticName, true, train, test, options);
}

function parts(name: string, isSynthetic: boolean, train: ImageSet, test: ImageSet, options: Options): Data {
  const { rest, held } = randomSplit(train, {
    held: Math.min(heldOutImages, train.labels.length),
    seed: options.seed,
  });
  const used = options.images === 0 ? rest.labels.length : Math.min(options.images, rest.labels.length);
  const positions = Uint32Array.from({ length: used }, (_, position) => position);
  return { name, synthetic: isSynthetic, train: selectImages(rest, positions), heldOut: held, test };
}
