import {
  augmentExamples,
  type Batches,
  batches,
  colorJitter,
  compose,
  type Dataset,
  mapDataset,
  padCollate,
  randomHorizontalFlip,
  randomResizedCrop,
  randomVerticalFlip,
} from "@evenkeel/datasets";
import type { BoxExample } from "../data.ts";
import type { Description } from "../network.ts";
import type { Options } from "../options.ts";

/** The rows of a truth are left, top, right, bottom and class. */
const width = 5;

/** No picture of BCCD has more. One shape for all batches. */
const mostBoxes = 32;

/** Cells have no up: they are mirrored in both directions, cut out at other sizes, and change their colours. */
const makeAugmentation = ([height, width]: Description["size"]) =>
  compose(
    randomHorizontalFlip(),
    randomVerticalFlip(),
    randomResizedCrop([height, width], {
      scale: [0.75, 1],
      ratio: [(0.85 * width) / height, (1.18 * width) / height],
      minVisibility: 0.3,
    }),
    colorJitter({ brightness: 0.2, contrast: 0.2, saturation: 0.2 }),
  );

/** Pictures for training, in a random order, changed at random. */
export function makeTrainBatches(
  train: readonly BoxExample[],
  { size, statistics }: Description,
  { batchSize, seed }: Pick<Options, "batchSize" | "seed">,
): Batches<BoxBatch> {
  const examples = packBoxes(augmentExamples(train, makeAugmentation(size), { seed, statistics }));
  return batches(examples, { batchSize, shuffled: true, seed, dropLast: true, collate }) as Batches<BoxBatch>;
}

/** Pictures for tests, as they are: mirrored with the probability 0. */
export function makeTestBatches(
  test: readonly BoxExample[],
  { statistics }: Pick<Description, "statistics">,
): Batches<BoxBatch> {
  const examples = packBoxes(augmentExamples(test, randomHorizontalFlip(0), { seed: 0, statistics }));
  return batches(examples, { batchSize: 8, collate }) as Batches<BoxBatch>;
}

const collate = { labels: padCollate({ value: -1, unmasked: true, length: mostBoxes }) };

type BoxBatch = ReturnType<Batches["epoch"]> extends AsyncIterable<infer Batch> ? Batch : never;

type Normalized = Omit<BoxExample, "image"> & { readonly inputs: unknown };

/** Boxes and classes as one array, which `detectionLoss` and `meanAveragePrecision` take. */
function packBoxes(examples: Dataset<Normalized>): Dataset<object> {
  return mapDataset(examples, ({ inputs, boxes, labels }) => {
    const data = new Float32Array(width * labels.length);
    labels.forEach((label, box) => {
      data.set(boxes.data.subarray(4 * box, 4 * box + 4), width * box);
      data[width * box + 4] = label;
    });
    return { inputs, labels: { data, shape: [labels.length, width] } };
  });
}
