import {
  type CommonOptions,
  makeCommonSettings,
  readChoice,
  readWholeNumber,
  type Settings,
} from "@evenkeel/example-task";

/** The options of a training run. */
export interface Options extends CommonOptions {
  readonly dataset: "bccd" | "synthetic";
  readonly normalization: "both" | Normalization;
  readonly batchSize: number;
  /**
   * The part that the detector is tested on: with `test` it is trained on the training and the validation part, with `validation`, for the
   * choice of options, on the training part alone.
   */
  readonly testedOn: "test" | "validation";
  /** The largest number of pictures of each part; 0 for all. */
  readonly images: number;
}

/** The networks that are compared, called arms. */
export type Normalization = "batch" | "none";

const common = makeCommonSettings({ normalizations: ["batch", "none"], epochs: 24, learningRate: 0.002 });

/** Every option: its flag, its default, and its parser. */
export const settings: Settings<Options> = {
  dataset: readChoice("dataset", ["bccd", "synthetic"]),
  ...common,
  batchSize: readWholeNumber("batch-size", 4, { least: 2 }),
  testedOn: readChoice("tested-on", ["test", "validation"]),
  images: readWholeNumber("images", 0, { least: 0 }),
};
