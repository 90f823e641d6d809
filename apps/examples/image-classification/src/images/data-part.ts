import type { Batches, ChannelStatistics, ImageSet, Picture } from "@evenkeel/datasets";
import type { Options } from "../options.ts";

/** What the inputs of the networks are. */
export interface InputForm {
  readonly imageShape: ImageSet["imageShape"];
  readonly statistics: ChannelStatistics;
  /** The shorter side of an image, in pixels, before its middle is cut out; absent, an image is resized whole. */
  readonly shorterSide?: number | undefined;
}

/** A part of the data, wherever its images are. */
export interface DataPart {
  /** The class index of each image. */
  readonly labels: ImageSet["labels"];
  readonly classes: readonly string[];
  /** The batches of training: in a random order, augmented, without an incomplete one. */
  makeTrainingBatches(): Batches;
  /** All images in their order, as a network is evaluated on them. */
  makeEvaluationBatches(): Batches;
  /** An image as a network is evaluated on it. */
  readPicture(index: number): Promise<Picture>;
}

/** The options that determine batches. */
export type PartOptions = Pick<Options, "batchSize" | "seed" | "augment">;
