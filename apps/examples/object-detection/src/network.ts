import { type ChannelStatistics, computeChannelStatistics } from "@evenkeel/datasets";
import { type BoxSize, clusterAnchors, GridDetector } from "@evenkeel/models";
import type { BoxExample, Data } from "./data.ts";
import { pictureSize } from "./data.ts";
import type { Normalization, Options } from "./options.ts";

/** What the detector is made from besides the options, and what its inputs are. */
export interface Description {
  readonly classes: readonly string[];
  readonly size: readonly [height: number, width: number];
  readonly statistics: ChannelStatistics;
  readonly anchors: readonly BoxSize[];
  /** The mean overlap of a training box with the anchor of the most similar size. */
  readonly anchorOverlap: number;
}

const anchorCount = 5;
const stages = [[16], [24], [48], [96, 96]];
const passthrough = 16;

/** Finds the anchors and the statistics of the training pictures. */
export function describeModel({ train, classes }: Data): Description {
  const { anchors, meanOverlap } = clusterAnchors(train.flatMap(listSizes), anchorCount, { seed: 1 });
  return {
    classes,
    size: pictureSize,
    statistics: computeStatistics(train),
    anchors,
    anchorOverlap: meanOverlap,
  };
}

const listSizes = ({ boxes: { data, shape } }: BoxExample): BoxSize[] =>
  Array.from({ length: shape[0] }, (_, box) => {
    const [left, top, right, bottom] = data.subarray(4 * box, 4 * box + 4);
    return [right! - left!, bottom! - top!];
  });

function computeStatistics(examples: readonly BoxExample[]): ChannelStatistics {
  const { shape } = examples[0]!.image;
  const size = shape.reduce((product, length) => product * length, 1);
  const images = new Uint8Array(examples.length * size);
  examples.forEach(({ image }, index) => {
    images.set(image.data, index * size);
  });
  const labels = new Uint8Array(examples.length);
  return computeChannelStatistics({ name: "pictures", images, labels, imageShape: shape, classes: ["any"] });
}

/** The detector before training; both arms have the same initial weights. */
export const makeModel = (
  { anchors, classes }: Description,
  { seed }: Pick<Options, "seed">,
  normalization: Normalization,
): GridDetector =>
  new GridDetector({ anchors, classes: classes.length, stages, passthrough, normalization, seed });
