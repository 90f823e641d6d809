import {
  type CommonOptions,
  makeCommonSettings,
  readChoice,
  readShare,
  readWholeNumber,
  type Settings,
} from "@evenkeel/example-task";

/** The options of a training run. */
export interface Options extends CommonOptions {
  readonly dataset: "multi30k" | "synthetic";
  readonly model: "transformer" | "convolutional";
  readonly normalization: "both" | Normalization;
  /** The number of tokens that both languages share. */
  readonly vocabulary: number;
  readonly width: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly dropout: number;
  /** The largest number of tokens of a batch in one language, with padding. */
  readonly batchTokens: number;
  /** More epochs at the end, at a small rate, in which batch norms use the statistics of the training data. */
  readonly settling: number;
  readonly warmUp: number;
  readonly beams: number;
  /** The number of training pairs to use, and fewer tested ones; 0 uses all. */
  readonly pairs: number;
}

/** The norms of the encoder, which are compared. */
export type Normalization = "batch" | "layer";

const common = makeCommonSettings({ normalizations: ["batch", "layer"], epochs: 10, learningRate: 5e-3 });

/** Every option: its flag, its default, and its parser. */
export const settings: Settings<Options> = {
  dataset: readChoice("dataset", ["multi30k", "synthetic"]),
  model: readChoice("model", ["transformer", "convolutional"]),
  ...common,
  vocabulary: readWholeNumber("vocabulary", 3000, { least: 300 }),
  // The attention has four heads.
  width: readWholeNumber("width", 128, { least: 8, multipleOf: 4 }),
  encoderLayers: readWholeNumber("encoder-layers", 3, { least: 1 }),
  decoderLayers: readWholeNumber("decoder-layers", 2, { least: 1 }),
  dropout: readShare("dropout", 0.1),
  batchTokens: readWholeNumber("batch-tokens", 1200, { least: 100 }),
  settling: readWholeNumber("settling", 0, { least: 0 }),
  warmUp: readWholeNumber("warm-up", 400, { least: 0 }),
  beams: readWholeNumber("beams", 5, { least: 1 }),
  pairs: readWholeNumber("pairs", 0, { least: 0 }),
};
