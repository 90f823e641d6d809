import {
  type CommonOptions,
  makeCommonSettings,
  readChoice,
  readPositiveNumber,
  readWholeNumber,
  type Settings,
} from "@evenkeel/example-task";

/** The options of a training run. */
export interface Options extends CommonOptions {
  readonly dataset: "fashion-mnist" | "mnist" | "synthetic";
  readonly model: "convnet" | "lenet" | "mlp" | "vgg" | "resnet20";
  readonly normalization: "both" | Normalization;
  readonly batchSize: number;
  readonly learningRate: number;
  /** The number of training images to use; 0 uses all. */
  readonly images: number;
}

/** The networks that are compared, called arms. */
export type Normalization = "batch" | "none";

const common = makeCommonSettings({ normalizations: ["batch", "none"], epochs: 3 });

/** Every option: its flag, its default, and its parser. */
export const settings: Settings<Options> = {
  dataset: readChoice("dataset", ["fashion-mnist", "mnist", "synthetic"]),
  model: readChoice("model", ["convnet", "lenet", "mlp", "vgg", "resnet20"]),
  ...common,
  batchSize: readWholeNumber("batch-size", 128, { least: 2 }),
  learningRate: readPositiveNumber("learning-rate", 0.05),
  images: readWholeNumber("images", 0, { least: 0 }),
};
