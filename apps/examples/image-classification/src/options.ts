import {
  type CommonOptions,
  makeCommonSettings,
  onlyWith,
  readChoice,
  readFolder,
  readShare,
  readWholeNumber,
  type Settings,
} from "@evenkeel/example-task";

/** The options of a training run. */
export interface Options extends CommonOptions {
  readonly dataset: "fashion-mnist" | "mnist" | "cifar10" | "cifar10-subset" | "folder" | "synthetic";
  /** The absolute path of the images for the data set `folder`; otherwise empty. */
  readonly folder: string;
  /** The height and width of images from a folder. */
  readonly size: number;
  readonly model: "convnet" | "lenet" | "mlp" | "vgg" | "resnet20" | "resnet18" | "resnet50";
  readonly normalization: "both" | Normalization;
  readonly batchSize: number;
  readonly weightDecay: number;
  /** The probability that is spread evenly over all classes. */
  readonly labelSmoothing: number;
  /** The channels of the first stage of ResNet-20. */
  readonly width: number;
  /**
   * `crop-flip` shifts images by up to an eighth of their size, or takes a random part of those from a folder, and flips half
   * of them.
   */
  readonly augment: "none" | "crop-flip";
  /** The epochs in which the learning rate rises linearly. */
  readonly warmUp: number;
  /** The number of training images to use; 0 uses all. */
  readonly images: number;
}

/** The networks that are compared, called arms. */
export type Normalization = "batch" | "none";

const common = makeCommonSettings({ normalizations: ["batch", "none"], epochs: 3, learningRate: 0.05 });

/** Every option: its flag, its default, and its parser. */
export const settings: Settings<Options> = {
  dataset: readChoice("dataset", [
    "fashion-mnist",
    "mnist",
    "cifar10",
    "cifar10-subset",
    "folder",
    "synthetic",
  ]),
  folder: readFolder("folder"),
  size: onlyWith("dataset", ["folder"], readWholeNumber("size", 224, { least: 8, most: 2048 })),
  model: readChoice("model", ["convnet", "lenet", "mlp", "vgg", "resnet20", "resnet18", "resnet50"]),
  ...common,
  batchSize: readWholeNumber("batch-size", 128, { least: 2 }),
  weightDecay: readShare("weight-decay", 5e-4),
  labelSmoothing: readShare("label-smoothing", 0),
  width: onlyWith("model", ["resnet20"], readWholeNumber("width", 16, { least: 1, most: 512 })),
  augment: readChoice("augment", ["none", "crop-flip"]),
  warmUp: readWholeNumber("warm-up", 0, { least: 0 }),
  images: readWholeNumber("images", 0, { least: 0 }),
};
