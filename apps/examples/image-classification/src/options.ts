import { ArgumentError } from "@evenkeel/tensor";

/** The options of a training run. */
export interface Options {
  readonly dataset: "fashion-mnist" | "mnist" | "synthetic";
  readonly model: "convnet" | "lenet" | "mlp" | "vgg" | "resnet20";
  readonly normalization: "both" | Normalization;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly backend: "auto" | "cpu" | "webgpu";
  /** The number of CPU threads; 0 uses as many as the machine has. */
  readonly threads: number;
  /** The number of training images to use; 0 uses all. */
  readonly images: number;
}

/** The networks that are compared, called arms. */
export type Normalization = "batch" | "none";

interface Setting<Value> {
  /** The name on the command line, after the two dashes. */
  readonly flag: string;
  readonly defaultValue: Value;
  readonly expected: string;
  /** Parses a value; returns undefined for an invalid text. */
  read(text: string): Value | undefined;
}

/** An upper bound that catches typing errors; each thread takes memory. */
const mostThreads = 256;

/** Every option: its flag, its default, and its parser. */
export const settings: { readonly [Name in keyof Options]: Setting<Options[Name]> } = {
  dataset: readChoice("dataset", ["fashion-mnist", "mnist", "synthetic"]),
  model: readChoice("model", ["convnet", "lenet", "mlp", "vgg", "resnet20"]),
  normalization: readChoice("normalization", ["both", "batch", "none"]),
  epochs: readWholeNumber("epochs", 3, { least: 1 }),
  batchSize: readWholeNumber("batch-size", 128, { least: 2 }),
  learningRate: {
    flag: "learning-rate",
    defaultValue: 0.05,
    expected: "a positive number",
    read: (text) => parseNumber(text, (number) => Number.isFinite(number) && number > 0),
  },
  seed: readWholeNumber("seed", 1, { least: 0, most: 2 ** 32 - 1 }),
  backend: readChoice("backend", ["auto", "cpu", "webgpu"]),
  threads: readWholeNumber("threads", 0, { least: 0, most: mostThreads }),
  images: readWholeNumber("images", 0, { least: 0 }),
};

export const settingNames = Object.keys(settings) as (keyof Options)[];

/** Parses the value of an option. Throws an ArgumentError, which calls the option `called`, if the text is invalid. */
export function readSetting<Name extends keyof Options>(
  name: Name,
  text: string,
  called: string,
): Options[Name] {
  const { expected, read } = settings[name];
  const value = read(text);
  if (value === undefined) {
    throw new ArgumentError(`${called}: found ${JSON.stringify(text)}, expected ${expected}`);
  }
  return value;
}

/** The first name is the default. */
function readChoice<Name extends string>(flag: string, names: readonly [Name, ...Name[]]): Setting<Name> {
  return {
    flag,
    defaultValue: names[0],
    expected: names.join(", "),
    read: (text) => names.find((name) => name === text),
  };
}

function readWholeNumber(
  flag: string,
  defaultValue: number,
  { least, most = Number.MAX_SAFE_INTEGER }: { readonly least: number; readonly most?: number },
): Setting<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return {
    flag,
    defaultValue,
    expected: `a whole number ${range}`,
    read: (text) =>
      parseNumber(text, (number) => Number.isInteger(number) && number >= least && number <= most),
  };
}

function parseNumber(text: string, accepts: (number: number) => boolean): number | undefined {
  const number = Number(text);
  return text.trim() !== "" && accepts(number) ? number : undefined;
}
