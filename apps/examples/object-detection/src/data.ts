import {
  type AnnotatedImage,
  augmentExamples,
  type Boxes,
  type BoxSet,
  bccd,
  concatDatasets,
  type Dataset,
  resizeTo,
  syntheticCells,
} from "@evenkeel/datasets";
import { loadPublished as loadSet } from "@evenkeel/datasets/node";
import { loadPublished, type Session, type TaskData } from "@evenkeel/example-task";
import { ArgumentError } from "@evenkeel/tensor";
import type { Options } from "./options.ts";

/** A picture of the size of the network, with its objects. */
export interface BoxExample extends AnnotatedImage {
  readonly boxes: Boxes;
  readonly labels: Int32Array;
}

export interface Data extends TaskData {
  readonly train: readonly BoxExample[];
  readonly test: readonly BoxExample[];
  readonly classes: readonly string[];
  /** The number of boxes without area in the files, which are left out. */
  readonly boxesWithoutArea: number;
}

/** Half of the published pictures in each direction. */
export const pictureSize: readonly [height: number, width: number] = [240, 320];

type Parts = Pick<Data, "train" | "test" | "classes" | "boxesWithoutArea">;

/** As many as in the training and validation parts, and in the test part, of BCCD. */
const syntheticCounts = { train: 292, test: 72 } as const;

/** Loads the pictures that the options name, or synthetic ones. Throws ArgumentError for a batch of more than all pictures. */
export async function loadData(
  options: Options,
  session: Session & { readonly startedWith: TaskData | undefined },
): Promise<Data> {
  const read = async (train: readonly BoxSet[], test: BoxSet): Promise<Parts> => ({
    train: await readAll(concatDatasets(train), options.images, session.signal),
    test: await readAll(test, options.images, session.signal),
    classes: test.classes,
    boxesWithoutArea: [...train, test].reduce((sum, set) => sum + set.boxesWithoutArea, 0),
  });
  const data = await loadPublished<{ readonly sets: readonly [train: readonly BoxSet[], test: BoxSet] }>(
    {
      name: options.dataset,
      load: async (download) => ({ sets: await loadCells(options, download) }),
      makeSynthetic: () => ({ sets: makeSynthetic(options) }),
    },
    session,
  );
  const { sets, ...origin } = data;
  const parts = { ...origin, ...(await read(...sets)) };
  if (options.batchSize > parts.train.length) {
    throw new ArgumentError(
      `--batch-size: found ${options.batchSize}, expected at most the ${parts.train.length} training pictures`,
    );
  }
  return parts;
}

type Download = Parameters<typeof loadSet>[1];

async function loadCells(
  { testedOn }: Options,
  download: Download,
): Promise<readonly [readonly BoxSet[], BoxSet]> {
  const { train, validation } = await loadSet(bccd, { ...download, parts: ["train", "validation"] });
  if (testedOn === "validation") return [[train], validation];
  const { test } = await loadSet(bccd, { ...download, parts: ["test"] });
  return [[train, validation], test];
}

function makeSynthetic({ seed, images }: Options): readonly [readonly BoxSet[], BoxSet] {
  const count = (most: number): number => (images === 0 ? most : Math.min(images, most));
  const [train, test] = (["train", "test"] as const).map((part) =>
    syntheticCells({ count: count(syntheticCounts[part]), seed, part, size: pictureSize }),
  ) as [BoxSet, BoxSet];
  return [[train], test];
}

/** Decodes pictures and makes them smaller, once for all epochs. */
async function readAll(
  set: Dataset<BoxExample>,
  images: number,
  signal: AbortSignal,
): Promise<readonly BoxExample[]> {
  // Nothing is drawn at random here; the seed only keeps the default source as it is.
  const resized = augmentExamples(set, resizeTo(pictureSize), { seed: 0 });
  const examples: BoxExample[] = [];
  const count = images === 0 ? resized.length : Math.min(images, resized.length);
  for (let index = 0; index < count; index++) {
    const { image, boxes, labels } = await resized.get(index);
    examples.push({ image, boxes, labels });
    signal.throwIfAborted();
  }
  return examples;
}
