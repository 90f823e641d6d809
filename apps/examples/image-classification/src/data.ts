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
import { makeProgressLine } from "./progress.ts";

export interface Data {
  readonly name: Options["dataset"];
  /** The requested data set, if it could not be reached and synthetic figures replace it. */
  readonly insteadOf: string | null;
  readonly train: ImageSet;
  /** Held-out training images, on which the network is evaluated during training but never trained. */
  readonly heldOut: ImageSet;
  readonly test: ImageSet;
}

export interface LoadOptions {
  /** The data that a resumed run was started with; other data would change the result. */
  readonly startedWith?: Pick<Data, "name" | "insteadOf"> | undefined;
  readonly signal?: AbortSignal;
  say(line: string): void;
}

const heldOutImages = 2000;
const published = { "fashion-mnist": fashionMnist, mnist } as const;
const syntheticName = "synthetic";
const syntheticCounts = { train: 60_000, test: 10_000, leastTested: 1000 } as const;

/**
 * Loads the data set that the options name. Synthetic figures replace it only if no server can be reached. Throws DataError
 * if a download fails otherwise, if a file is damaged, and if a resumed run was started with data that can no longer be reached.
 */
export async function loadData(options: Options, { startedWith, signal, say }: LoadOptions): Promise<Data> {
  const { dataset } = options;
  if (dataset === syntheticName) return synthetic(options, null);
  if (startedWith?.name === syntheticName) return synthetic(options, startedWith.insteadOf);
  const line = makeProgressLine();
  let wasReached = false;
  try {
    const { train, test, folder } = await loadImages(published[dataset], {
      signal,
      onProgress: (file, bytes, totalBytes) => {
        wasReached = true;
        line.update({
          label: `Downloading ${file}`,
          done: Math.round(bytes / 1024),
          total: Math.round(totalBytes / 1024),
          detail: "KiB",
        });
      },
    });
    say(`Data: ${dataset} from ${folder}`);
    return parts({ name: dataset, insteadOf: null }, train, test, options);
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    if (wasReached || error.wasAnswered) {
      throw new DataError(
        `${error.message} (try again later, or train on synthetic figures with --dataset synthetic)`,
        { cause: error },
      );
    }
    if (startedWith !== undefined) {
      throw new DataError(
        `the run was started with ${dataset}, which cannot be reached now: ${error.message}`,
        {
          cause: error,
        },
      );
    }
    say(`${error.message}\nData: ${describeData({ name: syntheticName, insteadOf: dataset })}`);
    return synthetic(options, dataset);
  } finally {
    line.finish();
  }
}

/** A description of the images. */
export function describeData({ name, insteadOf }: Pick<Data, "name" | "insteadOf">): string {
  if (name !== syntheticName) return name;
  const reason = insteadOf === null ? "" : `: ${insteadOf} is not on this machine and could not be reached`;
  return `synthetic figures, drawn by the program${reason}`;
}

/** Whether a report may contain the images: Fashion-MNIST has the MIT license, and synthetic figures are free. */
export const mayBeShown = (name: Data["name"]): boolean => name === "fashion-mnist" || name === syntheticName;

/** Generates only as many training figures as are used, and fewer test figures for a short run. */
function synthetic(options: Options, insteadOf: string | null): Data {
  const { seed, images } = options;
  const { train: most, test: mostTested, leastTested } = syntheticCounts;
  const count = images === 0 ? most : Math.min(most, images + heldOutImages);
  const tested = images === 0 ? mostTested : Math.min(mostTested, Math.max(leastTested, images));
  const train = syntheticFigures({ count, seed, part: "train" });
  const test = syntheticFigures({ count: tested, seed, part: "test" });
  return parts({ name: syntheticName, insteadOf }, train, test, options);
}

function parts(
  origin: Pick<Data, "name" | "insteadOf">,
  train: ImageSet,
  test: ImageSet,
  options: Options,
): Data {
  const { rest, held } = randomSplit(train, {
    held: Math.min(heldOutImages, train.labels.length),
    seed: options.seed,
  });
  const used = options.images === 0 ? rest.labels.length : Math.min(options.images, rest.labels.length);
  const positions = Uint32Array.from({ length: used }, (_, position) => position);
  return { ...origin, train: selectImages(rest, positions), heldOut: held, test };
}
