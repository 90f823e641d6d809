import type { Backend, RandomSource, Seed } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import { aBackend, anything, oneOf, positiveInteger } from "@evenkeel/tensor/checks";

/** Whether a batch norm follows every convolution and hidden layer. Without batch norms, these layers have biases. */
export type Normalization = "batch" | "none";

/** The options of all models. */
export interface ModelOptions {
  /** Default: 10. */
  readonly classes?: number;
  /** Default: batch. */
  readonly normalization?: Normalization;
  /** Determines the weights, which are the same with and without batch norm. Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed;
  /** Default: the one that `selectBackend` opened. */
  readonly backend?: Backend;
}

export const modelRules: Rules<ModelOptions> = {
  classes: positiveInteger,
  normalization: oneOf("batch", "none"),
  seed: anything,
  backend: aBackend,
};

/** The options of models of images. */
export interface ImageModelOptions extends ModelOptions {
  /** The number of channels of the images. */
  readonly inChannels?: number;
}

export const imageModelRules: Rules<ImageModelOptions> = { ...modelRules, inChannels: positiveInteger };

/** The options that the parts of a model share. */
export interface PartOptions {
  readonly normalization: Normalization;
  readonly seed: RandomSource;
  readonly backend: Backend | undefined;
}
