import type { RandomSource, Seed } from "@evenkeel/nn";
import type { Backend } from "@evenkeel/tensor";

/** Whether there is a batch norm behind every convolution and hidden layer; without it they have biases. */
export type Normalization = "batch" | "none";

/** What all models can be told. */
export interface ModelOptions {
  /** Default: 10. */
  readonly classes?: number;
  /** Default: batch. */
  readonly normalization?: Normalization;
  /** Weights follow from it: the same ones with batch norm and without. Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed;
  /** Default: the one that `selectBackend` opened. */
  readonly backend?: Backend;
}

/** What models of images can be told. */
export interface ImageModelOptions extends ModelOptions {
  /** Channels of the images. */
  readonly inChannels?: number;
}

/** What the parts of one model share. */
export interface PartOptions {
  readonly normalization: Normalization;
  readonly seed: RandomSource;
  readonly backend: Backend | undefined;
}
