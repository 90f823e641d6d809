import {
  type CommonOptions,
  makeCommonSettings,
  onlyWith,
  readChoice,
  readShare,
  readWholeNumber,
  type Setting,
  type Settings,
} from "@evenkeel/example-task";

/** The options of a training run. */
export interface Options extends CommonOptions {
  readonly dataset: "trec" | "sst2" | "mr" | "subj" | "ag-news" | "ag-news-test" | "synthetic";
  readonly model: "words" | "characters";
  readonly normalization: "both" | "all" | Normalization;
  readonly batchSize: number;
  readonly weightDecay: number;
  /** The sizes of vectors of words; those of characters have 16 values. */
  readonly embeddingSize: number;
  /** The number of filters of each width, or of the first block over characters; 0 takes the paper's. */
  readonly channels: number;
  /** Of features; `paper` is that of the paper of the model. */
  readonly dropout: number | "paper";
  readonly embeddingDropout: number;
  readonly wordDropout: number;
  /** The share of the probability that a class of a text gives to all classes. */
  readonly labelSmoothing: number;
  /** The share of the training texts that is held out, unless the data set has texts for validation. */
  readonly heldOut: number;
  /** The number of parts of a cross-validation that are tested; 0 takes all. */
  readonly folds: number;
  /** The number of texts to train on; 0 takes all. */
  readonly texts: number;
}

/** The networks that are compared, called arms; `batch-unmasked` counts padding in its statistics. */
export type Normalization = "batch" | "batch-unmasked" | "none";

export const normalizations: readonly [Normalization, Normalization, Normalization] = [
  "batch",
  "batch-unmasked",
  "none",
];

const dataSets = ["trec", "sst2", "mr", "subj", "ag-news", "ag-news-test", "synthetic"] as const;

const ofWords = <Value>(setting: Setting<Value>): Setting<Value> => onlyWith("model", ["words"], setting);

function readDropout(flag: string): Setting<number | "paper"> {
  const { expected, read } = readShare(flag, 0);
  return {
    flag,
    defaultValue: "paper",
    expected: `${expected}, or paper`,
    read: (text) => (text === "paper" ? text : read(text)),
  };
}

/** Every option: its flag, its default, and its parser. */
export const settings: Settings<Options> = {
  dataset: readChoice("dataset", dataSets),
  model: readChoice("model", ["words", "characters"]),
  ...makeCommonSettings({ normalizations, epochs: 4, learningRate: 0.006 }),
  normalization: readChoice("normalization", ["both", "all", ...normalizations]),
  batchSize: readWholeNumber("batch-size", 100, { least: 2 }),
  weightDecay: readShare("weight-decay", 0),
  embeddingSize: ofWords(readWholeNumber("embedding-size", 64, { least: 1 })),
  channels: readWholeNumber("channels", 0, { least: 0 }),
  dropout: readDropout("dropout"),
  embeddingDropout: ofWords(readShare("embedding-dropout", 0.2)),
  wordDropout: ofWords(readShare("word-dropout", 0.1)),
  labelSmoothing: readShare("label-smoothing", 0),
  heldOut: onlyWith(
    "dataset",
    dataSets.filter((name) => name !== "sst2"),
    readShare("held-out", 0),
  ),
  folds: readWholeNumber("folds", 0, { least: 0 }),
  texts: readWholeNumber("texts", 0, { least: 0 }),
};
